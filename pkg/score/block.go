package score

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// blocks marks off texts that a judge is to look at, so that none of them can pose as a part of the
// question: each stands between two lines with a mark that is a hash of all of them. To forge the end of its
// block a text would have to hold a hash of itself. The same texts get the same mark, so that the question stays the
// same for caches and recordings.
func blocks(texts map[string]string) map[string]any {
	out := make(map[string]any, len(texts))
	mark := markFor(texts)
	for name, text := range texts {
		out[name] = fmt.Sprintf("<<%s %s>>\n%s\n<<end %s %s>>", name, mark, text, name, mark)
	}
	return out
}

func markFor(texts map[string]string) string {
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for {
		for _, name := range names {
			fmt.Fprintf(h, "%d %s %d %s\n", len(name), name, len(texts[name]), texts[name])
		}
		mark := hex.EncodeToString(h.Sum(nil)[:8])
		held := slices.ContainsFunc(names, func(name string) bool { return strings.Contains(texts[name], mark) })
		if !held {
			return mark
		}
	}
}

// numbered lists texts with their numbers.
func numbered(texts []string) string {
	var b strings.Builder
	for i, t := range texts {
		fmt.Fprintf(&b, "%d. %s\n", i+1, t)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
