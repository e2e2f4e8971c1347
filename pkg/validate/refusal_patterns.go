package validate

// phrase is a pattern of refusals. needs lists words, of which it holds at least one.
type phrase struct{ needs, pattern string }

// refusalPatterns lists the phrases, language by language. They are matched against small letters with one
// i for all four of Turkish. < and > stand for the beginning and the end of a word. Only where one of the
// words of needs stands in the text is the pattern tried: most answers hold none of them.
func refusalPatterns() []phrase {
	const (
		cannot  = `(?:can'?t|cannot|can not|could not|couldn't|won'?t|will not|(?:am|'m|are|'re) (?:unable|not able|not allowed|not permitted|not comfortable|not willing)(?: to)?|do(?: not|n't) feel comfortable|must(?: respectfully| politely)? decline to|have to decline to|decline to|refuse to)`
		english = `(?:help|assist|provide|fulfil|fulfill|comply|answer|respond|discuss|create|generate|write|produce|share|give|offer|engage|support|participate|disclose|reveal|recommend|advise|do that|do this|do so|providing|helping|assisting|answering|discussing|writing|creating|sharing|generating)`
		verbsTR = `(?:yardimci ol|yardim ed|yanit ver|cevap ver|bilgi ver|tavsiye ver|oneri ver|öneri ver|bunu yap|yerine getir|yanitla|yanitlay|cevapla|cevaplay|sağla|sağlay|sun|üret|oluştur|yaz|paylaş|öner|karşila|karşilay|tartiş|devam ed)`
	)
	return []phrase{
		// English.
		{"can't cant cannot not won't wont n't unable declin refuse against violat", `<(?:i|we) ?` + cannot + ` (?:\w+ ){0,2}` + english + `>`},
		{"can't cant cannot not won't wont n't unable declin refuse against violat", `<i must(?: respectfully| politely)? decline>`},
		{"can't cant cannot not won't wont n't unable declin refuse against violat", `<(?:sorry|apologi[sz]e|apologies),? but (?:that|this)(?:'s| is) (?:not )?(?:something|a (?:topic|request)) (?:that )?i (?:can't|cannot|am unable|am not able)`},
		{"can't cant cannot not won't wont n't unable declin refuse against violat", `<(?:that|this)(?:'s| is) not something (?:that )?i(?: can|'m able to| am able to) (?:\w+ ){0,2}` + english + `>`},
		{"can't cant cannot not won't wont n't unable declin refuse against violat", `<as an ai(?: language)?(?: model| assistant)?,? i (?:can't|cannot|can not|am not able|am unable|do not|don't) (?:\w+ ){0,3}` + english + `>`},
		{"can't cant cannot not won't wont n't unable declin refuse against violat", `<(?:against|violates?|violating) (?:my|our) (?:\w+ )?(?:guidelines|programming|polic(?:y|ies)|principles)>`},

		// Turkish: a verb of answering in the first person of "cannot".
		{"amam emem amiyor emiyor amuyor emüyor amiy emiy amaya emeye amayi emeyi amakta emekte mümkün uygun doğru redde geri", `<` + verbsTR + `y?[ae]m(?:[ae]m|[iuü]yorum|[ae]yacağim|[ae]yiz|[iuü]yoruz|[ae]yacağiz|[ae]m(?:akta|ekte)yim)>`},
		{"amam emem amiyor emiyor amuyor emüyor amiy emiy amaya emeye amayi emeyi amakta emekte mümkün uygun doğru redde geri", `<(?:yardimci olmam|yardim etmem|yanit vermem|cevap vermem|bilgi vermem|bunu yapmam|yanitlamam|cevaplamam) (?:ne yazik ki )?(?:mümkün değil|uygun değil|doğru olmaz)`},
		{"amam emem amiyor emiyor amuyor emüyor amiy emiy amaya emeye amayi emeyi amakta emekte mümkün uygun doğru redde geri", `<(?:talebinizi|isteğinizi|bu talebi|bu isteği) (?:reddetmek zorundayim|reddediyorum|geri çevirmek zorundayim)`},

		// German.
		{"nicht kein", `<ich (?:kann|darf|werde|möchte) (?:[\p{L}']+,? ){0,6}(?:nicht|keine?[nrms]?) (?:[\p{L}']+ ){0,4}(?:helfen|weiterhelfen|behilflich|unterstützen|beantworten|antworten|bereitstellen|geben|erstellen|schreiben|liefern|nachkommen|erfüllen|teilen|diskutieren)>`},
		{"nicht kein", `<(?:kann|darf) ich (?:[\p{L}']+,? ){0,5}(?:nicht|keine?[nrms]?) (?:[\p{L}']+ ){0,4}(?:helfen|weiterhelfen|behilflich|unterstützen|beantworten|antworten|bereitstellen|geben|erstellen|schreiben|liefern|nachkommen|erfüllen|teilen)>`},

		// French.
		{"pas", `<je ne (?:peux|pourrai|suis) (?:malheureusement )?pas (?:en mesure de |capable de |autorisée? à )?(?:(?:vous|te|t'|y|le|la|les) ?)?(?:aider|vous aider|fournir|répondre|donner|créer|écrire|rédiger|générer|produire|partager|discuter|accéder à|satisfaire|faire cela)`},

		// Spanish, Portuguese, Italian.
		{"no não non", `<no (?:me es posible|puedo|podemos|podré|estoy en condiciones de|soy capaz de) (?:[\p{L}]+ ){0,2}?(?:ayudar|ayudarte|ayudarle|proporcionar|proporcionarte|responder|responderte|dar|darte|crear|escribir|generar|compartir|cumplir|asistir|brindar|ofrecer|discutir|hacer eso)`},
		{"no não non", `<não (?:me é possível|posso|podemos|poderei|consigo|sou capaz de|estou autorizado a) (?:[\p{L}]+ ){0,2}?(?:ajudar|ajudá|ajudar|fornecer|responder|dar|criar|escrever|gerar|compartilhar|partilhar|atender|auxiliar|discutir|fazer isso)`},
		{"no não non", `<non (?:mi è possibil[e]|posso|possiamo|potrò|sono in grado di|sono autorizzato a) (?:[\p{L}]+ ){0,2}?(?:aiutar|fornir|risponder|dar|crear|scriver|generar|condivider|soddisfar|assister|discuter|farlo)`},

		// Dutch.
		{"niet geen", `<(?:ik kan|kan ik|ik mag|mag ik) (?:[\p{L}']+,? ){0,5}(?:niet|geen) (?:[\p{L}']+ ){0,4}(?:helpen|beantwoorden|antwoorden|verstrekken|geven|maken|schrijven|delen|voldoen|bespreken)>`},

		// Russian.
		{"не", `<я (?:[\p{L}]+ ){0,2}не (?:могу|смогу|буду|имею права|в состоянии) (?:[\p{L}]+ ){0,3}?(?:помочь|помогать|предоставить|ответить|отвечать|дать|создать|написать|выполнить|обсуждать|поделиться)`},

		// Chinese, Japanese, Korean.
		{"无法 不能 不可以 不便 没办法 ません かねます 없 어렵", `我(?:们)?(?:\p{Han}{0,4})?(?:无法|不能|不可以|不便|没办法)(?:\p{Han}{0,6})?(?:帮助|帮你|帮您|协助|提供|回答|满足|完成|生成|撰写|编写|讨论|分享|支持)`},
		{"无法 不能 不可以 不便 没办法 ません かねます 없 어렵", `(?:无法|不能)(?:为您|为你|向您|向你)?(?:提供|协助|回答|满足|帮助)(?:\p{Han}{0,8})?(?:请求|要求|帮助|信息|内容|问题)`},
		{"无法 不能 不可以 不便 没办法 ません かねます 없 어렵", `(?:お手伝い|お答え|回答|提供|お応え|ご案内|支援|作成|対応)(?:する|を|は|も|が|に|こと|ことは|ことが|いた|し|す|る)*(?:できません|出来ません|いたしかねます|致しかねます|できかねます)`},
		{"无法 不能 不可以 不便 没办法 ません かねます 없 어렵", `(?:도와|도움을|제공|답변|대답|알려|작성|공유)[\p{Hangul} ]{0,8}(?:수 없|수는 없|드릴 수 없|어렵습니다)`},
	}
}
