package worddiff

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		want     []Span
	}{
		"same":       {"a b", "a b", []Span{{Equal, "a b"}}},
		"both empty": {"", "", nil},
		"added":      {"", "a", []Span{{Insert, "a"}}},
		"removed":    {"a", "", []Span{{Delete, "a"}}},
		"one word":   {"You are kind.\nBye.\n", "You are curt.\nBye.\n", []Span{{Equal, "You are "}, {Delete, "kind"}, {Insert, "curt"}, {Equal, ".\nBye.\n"}}},
		"new line":   {"a\nc\n", "a\nb\nc\n", []Span{{Equal, "a\n"}, {Insert, "b\n"}, {Equal, "c\n"}}},
		"Turkish":    {"İade şartları", "İade koşulları", []Span{{Equal, "İade "}, {Delete, "şartları"}, {Insert, "koşulları"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Diff(c.from, c.to)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// sides puts both texts together again.
func sides(spans []Span) (from, to string) {
	var a, b strings.Builder
	for _, s := range spans {
		if s.Op != Insert {
			a.WriteString(s.Text)
		}
		if s.Op != Delete {
			b.WriteString(s.Text)
		}
	}
	return a.String(), b.String()
}

func TestDiffKeepsBothTexts(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab \nçı.")), 0, 60, -1)
	rapid.Check(t, func(t *rapid.T) {
		from, to := text.Draw(t, "from"), text.Draw(t, "to")
		spans := Diff(from, to)
		if a, b := sides(spans); a != from || b != to {
			t.Fatalf("%q → %q: spans give %q → %q", from, to, a, b)
		}
		for i := 1; i < len(spans); i++ {
			if spans[i].Op == spans[i-1].Op {
				t.Fatalf("neighbours with the same fate: %v", spans)
			}
		}
	})
}

// Texts past the bound of Myers' algorithm are still compared by what is unique in them.
func TestDiffLarge(t *testing.T) {
	var from, to strings.Builder
	for i := range 3000 {
		line := strings.Repeat(string(rune('a'+i%26)), 1+i/26) + "\n"
		from.WriteString(line)
		to.WriteString("§" + line)
		if i == 1500 {
			to.WriteString("the same\n")
			from.WriteString("the same\n")
		}
	}
	spans := Diff(from.String(), to.String())
	if a, b := sides(spans); a != from.String() || b != to.String() {
		t.Error("the spans do not give the texts")
	}
	equal := 0
	for _, s := range spans {
		if s.Op == Equal && strings.Contains(s.Text, "the same") {
			equal++
		}
	}
	if equal != 1 {
		t.Errorf("the one common line is equal %d times, want 1", equal)
	}
}

func BenchmarkDiff(b *testing.B) {
	from := strings.Repeat("You answer questions about orders and refunds, politely.\n", 200)
	to := strings.Replace(from, "politely", "briefly", 20)
	b.SetBytes(int64(len(from)))
	for b.Loop() {
		Diff(from, to)
	}
}
