package score

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const maxQuoted = 80 // characters

// quote shows a text in one line, cut where it is long, control characters escaped.
func quote(s string) string {
	if utf8.RuneCountInString(s) > maxQuoted {
		s = string([]rune(s)[:maxQuoted]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

func quoteAny(list []string) string {
	shown := make([]string, 0, 3)
	for _, s := range list[:min(3, len(list))] {
		shown = append(shown, quote(s))
	}
	if more := len(list) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("%d more", more))
	}
	return strings.Join(shown, " or ")
}
