package tokens

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// countWhole counts without streams and cores: next and slow merging piece by piece.
func countWhole(c *codec, text string) int {
	s := c.get()
	defer c.put(s)
	return c.count([]byte(text), s)
}

// countStream counts with blocks of size bytes, the text coming in steps of at most step bytes.
func countStream(c *codec, text string, size, step int) int {
	r := c.newReading(nil)
	r.size = size
	defer r.stop()
	for len(text) > 0 {
		n := min(step, len(text))
		r.write([]byte(text[:n]))
		text = text[n:]
	}
	r.take(r.mender.close(r.text), true)
	r.stop()
	return r.tokens + int(r.counted.Load())
}

// atoms are what the texts of the stream tests are made of: what patterns decide on.
var atoms = []string{
	" ", "  ", "\n", "\r\n", "\t", "\u3000", "\u0085", "a", "bc", "Z", "XY", "ǅ", "ª", "一", "二三", "\u0301", "\u0903",
	"'", "'s", "'S", "'ſ", "'ll", "'re", "1", "23", "٣", "Ⅷ", "!", "/", "//", "?!", "\u2028", "🙂", "\x00", "ß", "İ", "<|endoftext|>",
	"한국", "привет", "\U0001e030",
}

func randomText(rng *rand.Rand, n int) string {
	var sb strings.Builder
	few := 1 + rng.IntN(4)
	pick := make([]string, few)
	for i := range pick {
		pick[i] = atoms[rng.IntN(len(atoms))]
	}
	for sb.Len() < n {
		if rng.IntN(40) == 0 {
			sb.WriteString(atoms[rng.IntN(len(atoms))])
		}
		sb.WriteString(strings.Repeat(pick[rng.IntN(few)], 1+rng.IntN(1+rng.IntN(60))))
	}
	return sb.String()
}

// TestStream compares streams of small blocks, where every piece of some length is one for a longRun, with
// counts of the whole.
func TestStream(t *testing.T) {
	for _, name := range []string{EncodingO200k, EncodingCl100k, EncodingP50k, EncodingR50k} {
		t.Run(name, func(t *testing.T) {
			c, err := codecFor(name)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, 2))
			for range 1500 {
				text := randomText(rng, 1+rng.IntN(600))
				want := countWhole(c, text)
				size, step := 64+rng.IntN(100), 1+rng.IntN(50)
				if got := countStream(c, text, size, step); got != want {
					t.Fatalf("blocks of %d, steps of %d: %d tokens, want %d: %q", size, step, got, want, text)
				}
			}
		})
	}
}

// TestLongRuns streams pieces that are longer than a block and all that a longRun keeps.
func TestLongRuns(t *testing.T) {
	const n = 2 * pendingMost
	texts := map[string]string{
		"letters":                        strings.Repeat("a", n),
		"spaces":                         strings.Repeat(" ", n),
		"spaces, then a word":            strings.Repeat(" ", n) + "word",
		"newlines":                       strings.Repeat("\n ", n/2),
		"newline, then spaces":           "\n" + strings.Repeat(" ", n) + "x",
		"spaces, newline, spaces":        strings.Repeat(" ", n) + "\n" + strings.Repeat(" ", n),
		"spaces, newline, spaces, x":     strings.Repeat(" ", n) + "\n" + strings.Repeat(" ", n) + "x",
		"no case":                        strings.Repeat("你好世界", n/12),
		"no case, capitals":              strings.Repeat("你好", n/6) + strings.Repeat("AB", n/2) + " ",
		"no case, capitals, small":       strings.Repeat("你好", n/6) + strings.Repeat("AB", n/2) + "c",
		"no case, capitals, contraction": strings.Repeat("你好", n/6) + strings.Repeat("AB", n/2) + "'ll go",
		"capitals, contraction":          "!" + strings.Repeat("AB", n/2) + "'llama",
		"punctuation":                    " " + strings.Repeat("!?", n/2) + "\n\n//\n/!",
		"slashes":                        "!" + strings.Repeat("\n/", n/2) + "!",
		"digits":                         " " + strings.Repeat("12", n/2) + "x",
		"end of text":                    strings.Repeat("<|endoftext|>", n/13),
		"marks":                          "7" + strings.Repeat("\u0301", n/2),
		"apostrophes":                    strings.Repeat("'s", n/2),
	}
	for _, name := range []string{EncodingO200k, EncodingCl100k, EncodingP50k} {
		c, err := codecFor(name)
		if err != nil {
			t.Fatal(err)
		}
		for what, text := range texts {
			t.Run(name+"/"+what, func(t *testing.T) {
				want := countWhole(c, text)
				if got := countStream(c, text, 4<<10, 1000); got != want {
					t.Errorf("blocks of 4 KiB: %d tokens, want %d", got, want)
				}
				if got := countStream(c, text, 12<<10, 9_000); got != want {
					t.Errorf("blocks of 12 KiB: %d tokens, want %d", got, want)
				}
			})
		}
	}
}

// TestHugePiece is one piece of more than a block of the usual size, read and on several cores.
func TestHugePiece(t *testing.T) {
	c, err := codecFor(EncodingO200k)
	if err != nil {
		t.Fatal(err)
	}
	for _, unit := range []string{"a", " ", "\n "} {
		text := strings.Repeat(unit, 600<<10/len(unit))
		want := countWhole(c, text)
		if got := countStream(c, text, 0, 50_000); got != want {
			t.Errorf("%q: read: %d tokens, want %d", unit, got, want)
		}
		if got := c.countAll([]byte(text)); got != want {
			t.Errorf("%q: on several cores: %d tokens, want %d", unit, got, want)
		}
	}
}

// TestSafeCuts cuts texts wherever isCut allows it, and compares the counts of the parts with the whole.
func TestSafeCuts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, name := range []string{EncodingO200k, EncodingCl100k, EncodingP50k} {
		c, err := codecFor(name)
		if err != nil {
			t.Fatal(err)
		}
		cuts := 0
		for range 3000 {
			text := randomText(rng, 1+rng.IntN(80))
			want := countWhole(c, text)
			for i := 1; i < len(text); i++ {
				if !utf8.RuneStart(text[i]) || !c.isCut([]byte(text), i) {
					continue
				}
				cuts++
				if got := countWhole(c, text[:i]) + countWhole(c, text[i:]); got != want {
					t.Fatalf("%s: %q, %q: %d tokens apart, %d together", name, text[:i], text[i:], got, want)
				}
			}
		}
		if cuts == 0 {
			t.Errorf("%s: no text had a safe cut", name)
		}
	}
}

func TestReaderFailure(t *testing.T) {
	c, err := codecFor(EncodingR50k)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.newReading(nil).read(iotest.ErrReader(iotest.ErrTimeout)); err != iotest.ErrTimeout {
		t.Errorf("got %v, want the reader's own error", err)
	}
}
