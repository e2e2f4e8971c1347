package report

import (
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// Defuse makes a text that a model or a user wrote into an inline piece of Markdown that can do nothing: a
// code span, in which GitHub, GitLab and the like show HTML and Markdown as written, link nothing, ping no
// @name, and run no /command. It is one line; it may stand in a cell of a table, where a vertical bar,
// which would end the cell even in a code span, is shown as │. A text of more than limit characters is
// shortened in its middle; 0 is no limit.
func Defuse(s string, limit int) string {
	if limit > 0 && len(s) > 8*limit { // no work on what is cut away anyway
		s = s[:4*limit] + s[len(s)-4*limit:]
	}
	s = strings.ReplaceAll(termsafe.Line(visible(s)), "|", "│")
	if limit > 0 {
		s = middle(s, limit)
	}
	if s == "" {
		return "(nothing)"
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if s[0] == '`' || s[len(s)-1] == '`' {
		s = " " + s + " " // which a reader of Markdown takes away again
	}
	return fence + s + fence
}

// DefuseBlock is Defuse for a text of several lines: a fenced block, which stands between empty lines at the
// beginning of a line. Lines behind the first limit are left out, and it says so; 0 is no limit.
func DefuseBlock(s string, limit int) string {
	lines := strings.Split(strings.TrimRight(termsafe.String(visible(s)), "\n"), "\n")
	if limit > 0 && len(lines) > limit {
		left := len(lines) - limit
		lines = append(lines[:limit:limit], "… "+count(left, "more line"))
	}
	s = strings.Join(lines, "\n")
	fence := strings.Repeat("`", max(3, longestRun(s)+1))
	return fence + "text\n" + s + "\n" + fence
}

// visible shows characters that take no room and that no script needs: they hide text from the reader, or
// make two names look alike. Joiners, which emoji and some scripts need, stay.
func visible(s string) string {
	hidden := func(r rune) bool {
		return r == 0x00ad || r == 0x034f || r == 0x180e || r == 0x200b || r >= 0x2028 && r <= 0x2029 || r >= 0x2060 && r <= 0x2064 ||
			r == 0xfeff || r >= 0xfff9 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe007f
	}
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "<U+%04X>", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// middle keeps the beginning and the end of a text that is longer than it may be.
func middle(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	head := (limit - 1) / 2
	return string(runes[:head]) + "…" + string(runes[len(runes)-(limit-1-head):])
}

// longestRun is the most backticks in a row.
func longestRun(s string) (longest int) {
	run := 0
	for i := range len(s) {
		if run++; s[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
