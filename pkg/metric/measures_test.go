package metric

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ExampleBLEU_Sentence() {
	b := BLEU{EffectiveOrder: true}
	score := b.Sentence("The dog bit the man.", []string{"The dog had bit the man."})
	fmt.Printf("%.2f %s\n", score, b.Signature(1))
	// Output: 51.15 nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp
}

func ExampleRougeL() {
	r := RougeL("testing two", "testing one two", false)
	fmt.Printf("%.2f %.2f %.2f\n", r.Precision, r.Recall, r.FMeasure)
	// Output: 1.00 0.67 0.80
}

func ExamplePassAtK() {
	once, _ := PassAtK(10, 3, 1)
	five, _ := PassAtK(10, 3, 5)
	all, _ := PassHatK(10, 9, 2)
	fmt.Printf("%.2f %.4f %.1f\n", once, five, all)
	// Output: 0.30 0.9167 0.8
}

// Examples of Porter 1980 and of the comments in NLTK's PorterStemmer.
func TestPorterStem(t *testing.T) {
	for word, want := range map[string]string{
		"caresses": "caress", "ponies": "poni", "ties": "tie", "cats": "cat", "feed": "feed", "agreed": "agre", "plastered": "plaster",
		"motoring": "motor", "sing": "sing", "conflated": "conflat", "troubled": "troubl", "sized": "size", "hopping": "hop",
		"tanned": "tan", "falling": "fall", "hissing": "hiss", "fizzed": "fizz", "failing": "fail", "filing": "file", "happy": "happi",
		"sky": "sky", "skies": "sky", "enjoy": "enjoy", "spied": "spi", "died": "die", "dying": "die", "relational": "relat",
		"conditional": "condit", "valenci": "valenc", "digitizer": "digit", "differentli": "differ", "vietnamization": "vietnam",
		"feudalism": "feudal", "hopefulness": "hope", "callousness": "callous", "sensibiliti": "sensibl", "geologi": "geolog",
		"formalize": "formal", "electrical": "electr", "goodness": "good", "allowance": "allow", "inference": "infer",
		"adjustable": "adjust", "replacement": "replac", "adoption": "adopt", "homologous": "homolog", "bowdlerize": "bowdler",
		"probate": "probat", "rate": "rate", "cease": "ceas", "controll": "control", "roll": "roll", "by": "by", "friends": "friend",
		"news": "news", "proceed": "proceed", "cloudy": "cloudi", "yyyy": "yyyi", "1234": "1234",
	} {
		if got := PorterStem(word); got != want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
}

// Values of sacrebleu's documented behaviour where the vectors have none.
func TestTokenizers(t *testing.T) {
	tests := []struct {
		tokenizer Tokenizer
		text      string
		want      []string
	}{
		{Tokenize13a, "Hello, world! It's 3.5% (of 1,000).", []string{"Hello", ",", "world", "!", "It's", "3.5", "%", "(", "of", "1,000", ")", "."}},
		{Tokenize13a, "a &quot;b&quot; &amp;lt; c-d 5-6 e-\nf<skipped>", []string{"a", `"`, "b", `"`, "<", "c-d", "5", "-", "6", "ef"}},
		{Tokenize13a, "end...", []string{"end", ".", ".", "."}},
		{Tokenize13a, "", nil},
		{TokenizeIntl, "«Ça va?» 3,5€", []string{"«", "Ça", "va", "?", "»", "3,5", "€"}},
		{TokenizeChar, "日本 a", []string{"日", "本", "a"}},
		{TokenizeNone, " a,b \u00a0c\x1cd", []string{"a,b", "c", "d"}},
	}
	for _, tt := range tests {
		t.Run(string(tt.tokenizer)+" "+tt.text, func(t *testing.T) {
			got := BLEU{Tokenize: tt.tokenizer}.tokens(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" && len(got)+len(tt.want) > 0 {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Empty inputs have a defined value, and none is NaN.
func TestNothing(t *testing.T) {
	for name, got := range map[string]float64{
		"BLEU, no reference": BLEU{}.Sentence("a", nil),
		"BLEU, no candidate": BLEU{}.Sentence("", []string{"a"}),
		"BLEU, no corpus":    BLEU{}.Corpus(nil, nil),
		"ROUGE-N":            RougeN("", "", 1, false).FMeasure,
		"ROUGE-L":            RougeL("", "", true).FMeasure,
		"ROUGE-Lsum":         RougeLsum("\n", "", true).FMeasure,
		"F1, one empty":      TokenF1("a b", ""),
		"F1, no reference":   TokenF1("a"),
		"context precision":  ContextPrecision(nil),
		"hits":               float64(Hits(nil, nil, 3)),
		"DCG":                DCG(nil, nil, 0),
	} {
		if got != 0 {
			t.Errorf("%s: got %v, want 0", name, got)
		}
	}
	if TokenF1("the", "an") != 1 {
		t.Error("two texts of nothing but articles are not equal")
	}
	none := func(_ float64, ok bool) bool { return !ok }
	if !none(RecallAtK([]string{"a"}, nil, 1)) || !none(NDCG([]string{"a"}, Grades{"a": -1}, 1)) || !none(PrecisionAtK(nil, nil, 0)) ||
		!none(ReciprocalRank(nil, nil, 1)) || !none(AveragePrecision(nil, Grades{}, 1)) || !none(NDCG([]string{"a"}, Grades{"a": math.Inf(1)}, 1)) {
		t.Error("a ranking measure without a relevant document has a value")
	}
	if !none(Cosine([]float64{0, 0}, []float64{1, 2})) || !none(Cosine([]float64{1}, []float64{1, 2})) || !none(Cosine([]float32{float32(math.NaN())}, []float32{1})) || !none(Cosine[float64](nil, nil)) {
		t.Error("a cosine of nothing has a value")
	}
	if c, ok := Cosine([]float64{1e200, 0}, []float64{1e200, 0}); !ok || c != 1 {
		t.Errorf("large vectors: %v, %t", c, ok)
	}
	for _, x := range [][3]int{{1, 1, 2}, {3, 4, 1}, {3, -1, 1}, {3, 1, 0}} {
		if !none(PassAtK(x[0], x[1], x[2])) || !none(PassHatK(x[0], x[1], x[2])) {
			t.Errorf("n, c, k = %v has a value", x)
		}
	}
}

// The products agree with the binomial coefficients, computed exactly.
func TestPassAgainstBinomials(t *testing.T) {
	ratio := func(a, b, k int) float64 {
		x, y := new(big.Int).Binomial(int64(a), int64(k)), new(big.Int).Binomial(int64(b), int64(k))
		f, _ := new(big.Rat).SetFrac(x, y).Float64()
		return f
	}
	for _, n := range []int{1, 2, 7, 100, 1000} {
		for _, c := range []int{0, 1, n / 2, n} {
			for _, k := range []int{1, max(1, n/3), n} {
				at, _ := PassAtK(n, c, k)
				hat, _ := PassHatK(n, c, k)
				if wantAt, wantHat := 1-ratio(n-c, n, k), ratio(c, n, k); math.Abs(at-wantAt) > 1e-12 || math.Abs(hat-wantHat) > 1e-12 {
					t.Errorf("n %d, c %d, k %d: %v and %v, want %v and %v", n, c, k, at, hat, wantAt, wantHat)
				}
			}
		}
	}
}

func TestEqualJSON(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"1", "1.0", true},
		{"1e2", "100", true},
		{"0.1", "0.10000000000000000001", false},
		{"1e999999999", "1e999999999", true},
		{"1e999999999", "1e999999998", false},
		{`"1"`, "1", false},
		{`{"a": [1, {"b": null}]}`, `{"a": [1.0, {"b": null}]}`, true},
		{`{"a": null}`, `{}`, false},
		{"[1, 2]", "[2, 1]", false},
		{"null", "false", false},
		{"null", "[]", false},
	}
	for _, tt := range tests {
		a, err := ReadJSON(tt.a)
		b, err2 := ReadJSON(tt.b)
		if err != nil || err2 != nil || EqualJSON(a, b) != tt.want || EqualJSON(b, a) != tt.want {
			t.Errorf("%s and %s: %t, want %t (%v, %v)", tt.a, tt.b, !tt.want, tt.want, err, err2)
		}
	}
	if _, err := ReadJSON("{} x"); err == nil {
		t.Error("text behind the value is taken")
	}
}

func FuzzTextMetrics(f *testing.F) {
	f.Add("The dog bit the man.", "The dog had bit\nthe man.")
	f.Add("&amp;-\n<skipped>3,5-", "İ\x1c\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 2000 {
			return
		}
		for _, tok := range Tokenizers() {
			o := BLEU{Tokenize: tok, EffectiveOrder: true}
			if v := o.Sentence(a, []string{b}); !(v >= 0 && v <= 100.0000001) {
				t.Errorf("BLEU %s of %q and %q: %v", tok, a, b, v)
			}
			if v := o.Sentence(a, []string{a}); len(o.tokens(a)) > 0 && math.Abs(v-100) > 1e-9 {
				t.Errorf("BLEU %s of %q and itself: %v", tok, a, v)
			}
		}
		for name, r := range map[string]Rouge{"1": RougeN(a, b, 1, true), "2": RougeN(a, b, 2, false), "L": RougeL(a, b, true), "Lsum": RougeLsum(a, b, false)} {
			if !(r.FMeasure >= 0 && r.FMeasure <= 1 && r.Precision <= 1 && r.Recall <= 1) {
				t.Errorf("ROUGE-%s of %q and %q: %+v", name, a, b, r)
			}
		}
		if v := TokenF1(a, b); !(v >= 0 && v <= 1) || TokenF1(a, a) < 0.999 {
			t.Errorf("F1 of %q and %q: %v", a, b, v)
		}
	})
}

// A text of 250 words, as a summary is, against another.
func realistic() (string, string) {
	words := strings.Fields("the model answers questions about orders and refunds in a friendly tone while it keeps to the policy of the shop, which allows returns within 30 days (unused).")
	var a, b strings.Builder
	for i := range 250 {
		fmt.Fprintf(&a, "%s ", words[(i*7)%len(words)])
		fmt.Fprintf(&b, "%s ", words[(i*5+i/9)%len(words)])
	}
	return a.String(), b.String()
}

func BenchmarkBLEU(b *testing.B) {
	x, y := realistic()
	o := BLEU{EffectiveOrder: true}
	b.SetBytes(int64(len(x)))
	for b.Loop() {
		o.Sentence(x, []string{y})
	}
}

func BenchmarkRouge(b *testing.B) {
	x, y := realistic()
	for name, f := range map[string]func() Rouge{
		"1": func() Rouge { return RougeN(x, y, 1, false) }, "1 stemmed": func() Rouge { return RougeN(x, y, 1, true) },
		"2": func() Rouge { return RougeN(x, y, 2, false) }, "L": func() Rouge { return RougeL(x, y, false) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(x)))
			for b.Loop() {
				f()
			}
		})
	}
}
