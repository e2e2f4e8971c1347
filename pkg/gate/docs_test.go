package gate

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// documented checks that docs/regression-gate.md states a number as it was just computed.
func documented(t *testing.T, format string, args ...any) {
	t.Helper()
	text, err := os.ReadFile("../../docs/regression-gate.md")
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(format, args...)
	if !strings.Contains(string(text), want) {
		t.Errorf("docs/regression-gate.md does not say: %s", want)
	}
}

// worked is the page's example: of 100 cases 90 pass on both sides, 4 fail on both, 4 pass now and 2 fail now.
func worked() (baseline, candidate *fake) {
	before := append(append(values(90, 1), values(8, 0)...), 1, 1)
	now := append(append(values(90, 1), 1, 1, 1, 1, 0, 0, 0, 0), 0, 0)
	return of("b", before...), of("c", now...)
}

func ExampleJudge() {
	b, c := worked()
	baseline, _ := Collect(b.info, b.all())
	candidate, _ := Collect(c.info, c.all())
	result, err := Judge(context.Background(), baseline, candidate, Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := result.Metrics[0]
	fmt.Printf("%s %.2f -> %.2f (%+.2f, CI %+.2f to %+.2f; %d up %d down of %d): %s\n",
		m.Name, *m.Baseline, *m.Candidate, *m.Delta, m.CI95[0], m.CI95[1], m.Up, m.Down, m.N, m.Verdict)
	fmt.Printf("detects drops of %.2f; a margin of %.2f takes %d cases\n", *m.MDE, m.Margin, *m.Needed)
	// Output:
	// right 0.92 -> 0.94 (+0.02, CI -0.03 to +0.07; 4 up 2 down of 100): ok
	// detects drops of 0.07; a margin of 0.05 takes 190 cases
}

func TestDocumentedExample(t *testing.T) {
	b, c := worked()
	m := judge(t, b, c, Options{}).Metrics[0]
	documented(t, "%.2f → %.2f (%+.2f, CI −%.3f…%+.3f; %d↑ %d↓ / %d)", *m.Baseline, *m.Candidate, *m.Delta, -m.CI95[0], m.CI95[1], m.Up, m.Down, m.N)
	documented(t, "p = %.3f", *m.P)
	documented(t, "drops of %.3f", *m.MDE)
	documented(t, "%d cases", *m.Needed)
	back := judge(t, c, b, Options{}).Metrics[0]
	documented(t, "p = %.3f", *back.P)
	documented(t, "−%.3f…%+.3f", -back.CI95[0], back.CI95[1])
	if back.Verdict != Inconclusive {
		t.Errorf("the page calls the way back inconclusive, the gate %s", back.Verdict)
	}
}

func TestDocumentedConfirmations(t *testing.T) {
	for _, suspects := range []int{1, 5, 10, 100} {
		k := stats.Confirmations(suspects, level)
		documented(t, "| %d | %d | %.4f |", suspects, k, float64(suspects)*math.Pow(4, -float64(k)))
	}
	documented(t, "%.3f", stats.ConfirmationRisk(1))
	documented(t, "%.4f", stats.ConfirmationRisk(3))
}
