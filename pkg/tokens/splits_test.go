package tokens

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the split tables anew")

// TestSplits merges every token of every encoding pair by pair, lowest rank first, and compares the last
// merge with the embedded table. It also checks what the merger's shortcut needs: merging makes every
// token, a token's rank is above the ranks of its halves, and each single byte is a token.
func TestSplits(t *testing.T) {
	for _, s := range specs() {
		t.Run(s.name, func(t *testing.T) {
			byText, byID := rankMaps(t, s)
			got := make([]byte, len(s.split))
			for id, text := range byID {
				split, reached := slowSplit(byText, text)
				if !reached {
					t.Errorf("token %d (%q) is never made by merging", id, text)
				}
				got[id] = byte(split)
				if split > 0 && max(byText[text[:split]], byText[text[split:]]) > id {
					t.Errorf("token %d (%q) has a half of a higher rank", id, text)
				}
			}
			checkBytes(t, byText)
			path := filepath.Join("splits", s.name+".bin")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			} else if !bytes.Equal(got, []byte(s.split)) {
				t.Errorf("%s is not what the ranks say; run go test -run TestSplits -update", path)
			}
		})
	}
}

func checkBytes(t *testing.T, byText map[string]uint32) {
	for b := range 256 {
		if _, ok := byText[string([]byte{byte(b)})]; !ok {
			t.Errorf("byte %#x is no token", b)
		}
	}
}

func rankMaps(t testing.TB, s spec) (byText map[string]uint32, byID map[uint32]string) {
	t.Helper()
	byText, byID = map[string]uint32{}, map[uint32]string{}
	for line := range bytes.Lines(rankFile(t, s)) {
		text, id, err := parseLine(bytes.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		if text != "" {
			byText[text], byID[id] = id, text
		}
	}
	return byText, byID
}

// slowMerge is byte pair encoding as its definition says it; f is called with each merge.
func slowMerge(ranks map[string]uint32, text string, f func(left, right string)) []string {
	var parts []string
	for i := range len(text) {
		parts = append(parts, text[i:i+1])
	}
	for {
		best, at := uint32(math.MaxUint32), -1
		for i := range len(parts) - 1 {
			if r, ok := ranks[parts[i]+parts[i+1]]; ok && r < best {
				best, at = r, i
			}
		}
		if at < 0 {
			return parts
		}
		f(parts[at], parts[at+1])
		parts[at] += parts[at+1]
		parts = append(parts[:at+1], parts[at+2:]...)
	}
}

func slowSplit(ranks map[string]uint32, text string) (split int, reached bool) {
	parts := slowMerge(ranks, text, func(left, _ string) { split = len(left) })
	return split, len(parts) == 1
}
