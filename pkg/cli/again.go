package cli

import (
	"strings"
)

// again words a command line that goes on with what this one began, under the same global flags, so that
// it can be pasted into a shell as it stands.
func (e *env) again(args ...string) string {
	words := []string{"llmops"}
	if e.configFile != "" {
		words = append(words, "--config", e.configFile)
	}
	if e.tenant != "" {
		words = append(words, "--tenant", e.tenant)
	}
	words = append(words, args...)
	for i, w := range words {
		words[i] = shellWord(w)
	}
	return strings.Join(words, " ")
}

// shellWord quotes a word for a POSIX shell where it needs it.
func shellWord(w string) string {
	const plain = "-_./:@%+=,"
	special := func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(plain, r))
	}
	if w != "" && strings.IndexFunc(w, special) < 0 {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}
