package route

import "strings"

// meaning tells what kind of signal a word is, in English, Turkish, German, Spanish and French.
func meaning(word string) (signal, bool) {
	switch strings.ToLower(word) {
	case "half", "twice", "double", "triple", "third", "quarter", "fraction", "percent", "each", "every", "per", "times", "dozen",
		"total", "average", "ratio", "many", "much",
		"yarısı", "yarım", "iki", "üç", "katı", "kat", "çeyrek", "yüzde", "her", "toplam", "ortalama", "oran",
		"hälfte", "doppelt", "drittel", "viertel", "jede", "jeder", "prozent", "mitad", "doble", "tercio", "cada", "moitié", "chaque":
		return quantities, true
	case "if", "when", "unless", "until", "after", "before", "than", "more", "less", "fewer", "remaining", "rest", "left", "instead",
		"only", "except", "but", "while", "whereas", "however", "without",
		"eğer", "ise", "sonra", "önce", "fazla", "az", "kalan", "ancak", "yalnız", "hariç", "ama", "fakat", "iken", "değil",
		"wenn", "falls", "nachdem", "bevor", "mehr", "weniger", "außer", "aber", "si", "cuando", "después", "antes", "más", "menos", "pero",
		"quand", "après", "avant", "plus", "moins", "sauf", "mais":
		return conditions, true
	case "how", "why", "which", "what", "who", "where", "explain", "prove", "compare", "derive", "calculate",
		"nasıl", "neden", "niçin", "hangi", "ne", "kim", "nerede", "kaç", "açıkla", "kanıtla", "karşılaştır", "hesapla",
		"wie", "warum", "welche", "was", "wer", "wo", "cómo", "qué", "cuál", "quién", "comment", "pourquoi", "quel":
		return questions, true
	case "first", "second", "then", "next", "finally", "step", "steps",
		"ilk", "ardından", "adım", "adımlar", "zuerst", "dann", "schritt", "primero", "luego", "paso", "puis", "étape":
		return steps, true
	}
	return 0, false
}
