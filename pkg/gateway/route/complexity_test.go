package route_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
)

const (
	apples = "Ada has 12 apples. "
	tale   = "After buying 40 pens for $3 each and then 25 % more, Ada, Bob and Cem share the rest, but Bob takes twice as many as Cem. " +
		"Before that, Cem had given half of his 16 to Ada, and each of them lost 2 on the way, except Ada. " +
		"If they first sell a third, then another 10, how many are left, and how much does each pay in total?"
)

func TestClassifyOrdersTexts(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want route.Level
	}{
		"empty":             {"", route.Simple},
		"greeting":          {"Hello!", route.Simple},
		"greeting, Turkish": {"Merhaba, nasılsın?", route.Simple},
		"many steps":        {tale, route.Complex},
		"Turkish":           {"Ali'nin 12 elması var. Ayşe önce 3 kat fazlasını alır, sonra yarısını, 25 tanesini ve kalanın çeyreğini verir, ancak 4 tanesi çürür. " + "Eğer her biri 15 lira ise, Ali, Ayşe ve Can toplam kaç lira öder, Can hariç, ilk hafta ve ardından ikinci hafta? Kalan ne kadar?", route.Complex},
	} {
		t.Run(name, func(t *testing.T) {
			if got, score := route.Classify(c.text); got != c.want || score <= 0 || score >= 1 || score != route.Score(c.text) {
				t.Errorf("got %s (%.3f), want %s", got, score, c.want)
			}
		})
	}
	if short, long := route.Score(apples), route.Score(apples+tale); short >= long {
		t.Errorf("more steps score %.3f, fewer %.3f", long, short)
	}
}

func TestSignals(t *testing.T) {
	value := func(text, signal string) float64 {
		got := route.Signals(text)
		for i, name := range route.SignalNames() {
			if name == signal {
				return math.Round(math.Expm1(got[i]))
			}
		}
		t.Fatalf("no signal %s", signal)
		return 0
	}
	for _, c := range []struct {
		text, signal string
		want         float64
	}{
		{"one two three", "length", 3},
		{"東京都の人口", "length", 3},
		{"1,200.50 and 7", "numbers", 2},
		{"1,200.50 and 7", "fractions", 1},
		{"Yes. No! Why?", "sentences", 3},
		{"no end", "sentences", 1},
		{"Wait... what", "sentences", 2},
		{"İLK ARDINDAN adım", "steps", 2}, // an upper-case I without a dot lowers to i outside Turkish
		{"if EĞER wenn", "conditions", 3},
		{"x := []int{1}; y", "code", 5},
		{"a + b = c", "mathematics", 2},
		{"Then Ada met Cem. Bob left", "names", 2},
		{"a, b، c、d", "commas", 3},
		{"a\nb\n", "lines", 2},
	} {
		if got := value(c.text, c.signal); got != c.want {
			t.Errorf("%q: %s %g, want %g", c.text, c.signal, got, c.want)
		}
	}
}

// Both ends of a long text are read, and no more.
func TestLongTextsAreCut(t *testing.T) {
	middle := strings.Repeat("ş", 1<<20)
	if a, b := route.Score("Why? "+middle+" How?"), route.Score("Why? "+middle+middle+" How?"); a != b {
		t.Errorf("the middle counts: %g, %g", a, b)
	}
}

func FuzzClassify(f *testing.F) {
	for _, s := range []string{"", tale, "\xff\xfe", "1.2.3,,", "٣ كم؟", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		level, score := route.Classify(text)
		if !(score > 0 && score < 1) || level == "" {
			t.Errorf("%s %g", level, score)
		}
		if !utf8.ValidString(text) {
			return
		}
		for i, v := range route.Signals(text) {
			if math.IsNaN(v) || v < 0 {
				t.Errorf("%s is %g", route.SignalNames()[i], v)
			}
		}
	})
}

// BenchmarkClassify is for a text of a kilobyte.
func BenchmarkClassify(b *testing.B) {
	text := strings.Repeat(tale, 4)[:1000]
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		route.Classify(text)
	}
}
