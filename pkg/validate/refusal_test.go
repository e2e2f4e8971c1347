package validate

import (
	"fmt"
	"strings"
	"testing"
)

func ExampleRefusal() {
	fmt.Println(Refusal("I’m sorry, but I can’t help with that request."))
	fmt.Println(Refusal("You cannot return it after 30 days."))
	// Output:
	// i can't help true
	//  false
}

func TestRefusal(t *testing.T) {
	refused := []string{
		"I'm sorry, but I can't assist with that.",
		"I cannot provide medical advice.",
		"I CANNOT HELP YOU WITH THIS",
		"Unfortunately, I am unable to fulfill this request.",
		"I'm not able to discuss that topic.",
		"As an AI language model, I cannot generate such content.",
		"I must respectfully decline.",
		"I won't write that for you.",
		"Sorry, but that's not something I can help with.",
		"That would be against our content policy.",
		"**I can't help with that.**",
		"I do not feel comfortable writing this.",
		"Üzgünüm, bu konuda size yardımcı olamam.",
		"ÜZGÜNÜM, BU KONUDA YARDIMCI OLAMAM.",
		"Maalesef bu talebinizi yerine getiremiyorum.",
		"Bu soruya yanıt veremem.",
		"Bu içeriği oluşturamam.",
		"Bu konuda yardımcı olmam mümkün değil.",
		"Üzgünüm ama bunu sağlayamayacağım.",
		"Es tut mir leid, aber ich kann dir dabei nicht helfen.",
		"Leider kann ich diese Frage nicht beantworten.",
		"Ich kann keine medizinischen Ratschläge geben.",
		"Je suis désolé, mais je ne peux pas vous aider avec cela.",
		"Lo siento, pero no puedo ayudarte con eso.",
		"Desculpe, mas não posso ajudar com isso.",
		"Mi dispiace, ma non posso aiutarti con questo.",
		"Sorry, ik kan u daar niet bij helpen.",
		"Извините, но я не могу помочь с этим.",
		"抱歉，我无法提供这方面的帮助。",
		"申し訳ありませんが、お手伝いできません。",
		"죄송하지만 도와드릴 수 없습니다.",
	}
	answered := []string{
		"",
		"Sure, here it is.",
		"You cannot return it after 30 days.",
		"I can't find an order 17; could you check the number?",
		"I can't help but notice the typo.",
		"I can't recommend it enough!",
		"We can help you with that.",
		"I can help you. I can also write it.",
		"Siparişiniz yarın elinizde olur, yardımcı olabildiysem ne mutlu.",
		"Size yardımcı olabilirim.",
		"Paketi açmadan iade edemezsiniz.",
		"Ich kann Ihnen gern helfen.",
		"Je peux vous aider.",
		"Puedo ayudarte con eso.",
		"我可以帮助您。",
		"お手伝いできます。",
		"도와드릴 수 있습니다.",
		"The shop cannot provide a refund after 14 days.",
		"Here is the list. " + strings.Repeat("It goes on and on. ", 40) + "I can't help with that.",
	}
	for _, s := range refused {
		if _, got := Refusal(s); !got {
			t.Errorf("not seen as a refusal: %s", s)
		}
	}
	for _, s := range answered {
		if words, got := Refusal(s); got {
			t.Errorf("seen as a refusal by %q: %s", words, s)
		}
	}
}

func FuzzRefusal(f *testing.F) {
	f.Add("I can't help but \xff")
	f.Add("İI\u0307")
	f.Fuzz(func(t *testing.T, s string) {
		words, refused := Refusal(s)
		if refused != (words != "") {
			t.Errorf("%q: %q, %t", s, words, refused)
		}
	})
}

func BenchmarkRefusal(b *testing.B) {
	text := strings.Repeat("The order has been sent and will reach you by Friday. ", 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Refusal(text)
	}
}
