package ledger

import (
	"math"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Sums come back as they were packed, and what is no list of as many numbers as there are is told, whatever it is.
func TestPackedSums(t *testing.T) {
	want := Total{Calls: 1, OK: -2, Cost: math.MaxInt64, Saved: -math.MaxInt64, Usage: llm.Usage{Output: 7}, EvalUnpriced: 9}
	var got Total
	if err := got.addPacked([]byte(want.pack())); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	zeros := strings.Repeat("0 ", packed-1)
	for name, text := range map[string]string{
		"nothing":        "",
		"torn":           want.pack()[:20],
		"torn at a gap":  zeros,
		"one too many":   zeros + "0 0",
		"letters":        zeros + "x",
		"a sign alone":   zeros + "-",
		"two signs":      zeros + "--1",
		"a fraction":     zeros + "1.5",
		"one too large":  zeros + "9223372036854775808",
		"far too large":  zeros + "99999999999999999999999",
		"a gap too wide": strings.Replace(zeros, " ", "  ", 1) + "0",
	} {
		if err := new(Total).addPacked([]byte(text)); err == nil {
			t.Errorf("%s: %q is taken", name, text)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte((&Total{Calls: 3, Cost: -5}).pack()))
	f.Add([]byte("1 2 3"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var sum, again Total
		if sum.addPacked(text) != nil {
			return
		}
		if err := again.addPacked([]byte(sum.pack())); err != nil || again != sum {
			t.Errorf("%q: %+v and %+v, %v", text, sum, again, err)
		}
	})
}
