package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func some(n int64) *int64 { return &n }

func TestStepFacts(t *testing.T) {
	cost := llm.Money(1_500_000)
	for name, c := range map[string]struct {
		first, now step
		want       string
	}{
		"all of it": {step{Total: 100, Done: 1}, step{100, 50, 2, &cost, some(500), 5 * time.Second}, "2 failed, $0.0015, 100 tokens/s, about 5s left"},
		"nothing known": {
			step{Total: 100, Done: 1}, step{Total: 100, Done: 10, Elapsed: 100 * time.Second}, "about 15m0s left",
		},
		"the end": {step{Total: 10, Done: 1}, step{Total: 10, Done: 10, Elapsed: time.Second}, ""},
		"resumed": { // 900 of 1,000 were there: the 50 made now took 5 s
			step{Total: 1000, Done: 901, Tokens: some(9000)},
			step{1000, 950, 0, nil, some(9500), 5 * time.Second},
			"100 tokens/s, about 5s left",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(c.now.facts(c.first), ", "); got != c.want {
				t.Errorf("got %q; want %q", got, c.want)
			}
		})
	}
}

// Away from a terminal there is a line at each tenth, none sooner than after five seconds, and one after
// half a minute without.
func TestProgressLines(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&env{err: &out})
	for second := range 100 {
		p.step(step{Total: 1000, Done: second + 1, Elapsed: time.Duration(second) * time.Second})
	}
	p.step(step{Total: 1000, Done: 120, Elapsed: 101 * time.Second})
	p.step(step{Total: 1000, Done: 220, Elapsed: 102 * time.Second})
	p.step(step{Total: 1000, Done: 330, Elapsed: 110 * time.Second})
	p.step(step{Total: 1000, Done: 1000, Elapsed: 200 * time.Second})
	p.clear()
	var got []string
	for line := range strings.Lines(out.String()) {
		said, _, _ := strings.Cut(line, ", ")
		got = append(got, said)
	}
	if diff := cmp.Diff([]string{"31 of 1,000", "61 of 1,000", "91 of 1,000", "100 of 1,000", "330 of 1,000"}, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	out.Reset()
	p = newProgress(&env{err: &out, quiet: true})
	p.step(step{Total: 10, Done: 5, Elapsed: time.Hour})
	if out.Len() > 0 {
		t.Errorf("--quiet says %q", out.String())
	}
}
