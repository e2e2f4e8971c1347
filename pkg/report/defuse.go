package report

import (
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
	s = strings.ReplaceAll(termsafe.Line(s), "|", "│")
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
	lines := strings.Split(strings.TrimRight(termsafe.String(s), "\n"), "\n")
	if limit > 0 && len(lines) > limit {
		left := len(lines) - limit
		lines = append(lines[:limit:limit], "… "+count(left, "more line"))
	}
	s = strings.Join(lines, "\n")
	fence := strings.Repeat("`", max(3, longestRun(s)+1))
	return fence + "text\n" + s + "\n" + fence
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
