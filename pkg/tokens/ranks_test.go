package tokens

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// parseLine reads a line of a rank file with the standard library.
func parseLine(line []byte) (text string, id uint32, err error) {
	if len(line) == 0 {
		return "", 0, nil
	}
	b64, rank, _ := strings.Cut(string(line), " ")
	b, err := base64.StdEncoding.DecodeString(b64)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.ParseUint(rank, 10, 32)
	if err != nil {
		return "", 0, fmt.Errorf("rank: %w", err)
	}
	return string(b), uint32(n), nil
}

// TestRanksFind looks up every token of every encoding, at the end of a buffer and inside of one, and
// strings that are none.
func TestRanksFind(t *testing.T) {
	for _, s := range specs() {
		t.Run(s.name, func(t *testing.T) {
			c, err := codecFor(s.name)
			if err != nil {
				t.Fatal(err)
			}
			byText, byID := rankMaps(t, s)
			for id, text := range byID {
				inside := []byte("<" + text + "01234567")
				if got, ok := c.ranks.find(inside, 1, 1+len(text)); !ok || got != id {
					t.Fatalf("%q inside a text: got %d %v, want %d", text, got, ok, id)
				}
				if got, ok := c.ranks.find([]byte(text), 0, len(text)); !ok || got != id {
					t.Fatalf("%q at the end: got %d %v, want %d", text, got, ok, id)
				}
				for _, none := range []string{text + "\x00", "\x00" + text, text + "~q", text[1:] + "\xff"} {
					want, is := byText[none]
					if got, ok := c.ranks.find([]byte(none), 0, len(none)); ok != is || got != want {
						t.Fatalf("%q: got %d %v, want %d %v", none, got, ok, want, is)
					}
				}
			}
		})
	}
}
