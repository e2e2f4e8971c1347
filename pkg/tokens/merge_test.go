package tokens

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestMerge compares merges of random bytes, and of what tokens are made of, with the definition.
func TestMerge(t *testing.T) {
	for _, s := range []spec{specO200k(), specCl100k(), specP50k(), specR50k()} {
		t.Run(s.name, func(t *testing.T) {
			c, err := codecFor(s.name)
			if err != nil {
				t.Fatal(err)
			}
			byText, byID := rankMaps(t, s)
			rng := rand.New(rand.NewPCG(5, 6))
			var m merger
			for range 1500 {
				p := randomPiece(rng, byID)
				want := slowMerge(byText, p, func(_, _ string) {})
				checkMerge(t, c.ranks, p, want, m.merge(c.ranks, []byte(p), len(p)))
				if t.Failed() {
					return
				}
			}
		})
	}
}

// randomPiece is a mixture of tokens and bytes of a small alphabet, of at most some 200 bytes.
func randomPiece(rng *rand.Rand, byID map[uint32]string) string {
	var sb strings.Builder
	alphabet := []string{"a", "b", " ", "=", "\xe4", "\xb8", "\x80", "e", "\n", "s", "\xf0\x9f"}
	few := 1 + rng.IntN(len(alphabet))
	for range 1 + rng.IntN(12) {
		if rng.IntN(2) == 0 {
			sb.WriteString(byID[uint32(rng.IntN(50000))])
		} else {
			sb.WriteString(strings.Repeat(alphabet[rng.IntN(few)], 1+rng.IntN(40)))
		}
		if sb.Len() > 150 {
			break
		}
	}
	if sb.Len() == 0 {
		return "a"
	}
	return sb.String()
}

func checkMerge(t *testing.T, r *ranks, p string, want []string, got []token) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%q: %d tokens, want %d: %q", p, len(got), len(want), want)
		return
	}
	begin := 0
	for i, tk := range got {
		id, ok := r.find([]byte(want[i]), 0, len(want[i]))
		if p[begin:tk.end] != want[i] || !ok || id != tk.id {
			t.Errorf("%q: token %d is %q (%d), want %q (%d)", p, i, p[begin:tk.end], tk.id, want[i], id)
			return
		}
		begin = int(tk.end)
	}
}

// TestWindowTail measures how far back the end of a piece can change its tokens, which the tail of a
// window must cover, and that windows are counted as the whole is.
func TestWindowTail(t *testing.T) {
	for _, s := range []spec{specO200k(), specCl100k(), specP50k()} {
		t.Run(s.name, func(t *testing.T) {
			c, err := codecFor(s.name)
			if err != nil {
				t.Fatal(err)
			}
			_, byID := rankMaps(t, s)
			rng := rand.New(rand.NewPCG(7, 8))
			var m, whole merger
			reach := 0
			for range 15 {
				var sb strings.Builder
				unit := randomPiece(rng, byID)
				for sb.Len() < 3*windowSize {
					if rng.IntN(3) > 0 {
						unit = randomPiece(rng, byID)
					}
					sb.WriteString(unit)
				}
				p := []byte(sb.String())
				w := longPiece{}
				w.add(c.ranks, &m, p)
				want := whole.merge(c.ranks, p, len(p))
				if got := w.total(c.ranks, &m); got != len(want) || w.doubtful {
					t.Fatalf("%d tokens in windows, want %d (doubtful %v): %q", got, len(want), w.doubtful, p)
				}
				reach = max(reach, tailReach(c.ranks, p[:2000], want))
			}
			t.Logf("the end of a piece changed tokens up to %d bytes before it", reach)
			if reach > windowTail/2 {
				t.Errorf("windowTail of %d is too near", windowTail)
			}
		})
	}
}

// TestWindowSeam makes a seam fail, and expects the two windows to be merged as one.
func TestWindowSeam(t *testing.T) {
	c, err := codecFor(EncodingO200k)
	if err != nil {
		t.Fatal(err)
	}
	p := []byte(strings.Repeat("abcdefgh", windowSize/4))
	var m merger
	want := len(m.merge(c.ranks, p, len(p)))
	w := longPiece{}
	w.add(c.ranks, &m, p)
	if w.done == 0 || w.first == 0 {
		t.Fatal("there is no seam")
	}
	w.first = -1
	if got := w.total(c.ranks, &m); got != want || w.doubtful {
		t.Errorf("%d tokens, want %d (doubtful %v)", got, want, w.doubtful)
	}
	w.first, w.pastFirst, w.past = -1, -1, nil
	if w.total(c.ranks, &m); !w.doubtful {
		t.Error("two seams that fail are not doubtful")
	}
}

// tailReach is the distance from the end of head to its first token that is not one of the whole's.
func tailReach(r *ranks, head []byte, whole []token) int {
	var m merger
	for i, tk := range m.merge(r, head, len(head)) {
		if tk != whole[i] {
			return len(head) - m.begin(i)
		}
	}
	return 0
}
