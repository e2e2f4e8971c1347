package cli

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// tell writes a text behind its label to standard error. On a terminal it is broken between words, and each
// line of it stands below the first; into a pipe it goes as it is.
func (e *env) tell(label, text string) {
	text = termsafe.String(text)
	if e.errTTY {
		text = wrapWords(text, e.errWidth(), ansi.StringWidth(label)+1)
	}
	e.notice("%s %s", label, text)
}

// hint tells how to mend what went wrong, where the error knows it.
func (e *env) hint(err error) {
	if hint := diag.HintOf(err); hint != "" {
		e.tell(e.errStyle().faint("hint:"), hint)
	}
}

// errWidth is the width of the terminal that standard error is.
func (e *env) errWidth() int {
	if n := config.TerminalFrom(e.environ).Columns; n > 0 {
		return n
	}
	if e.columns > 0 {
		return e.columns
	}
	return 80
}

// wrapWords breaks lines at spaces so that with the indent they are no wider than so many columns. What follows
// a break is indented; the first line is taken to be so already. A command in backquotes is one word, for it is
// copied from the terminal; a word that is too wide stays whole.
func wrapWords(text string, width, indent int) string {
	var b strings.Builder
	room := max(20, width-indent)
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString("\n")
		}
		used := 0
		for j, word := range unbroken(line) {
			w := ansi.StringWidth(word)
			switch {
			case j == 0:
			case used+1+w > room:
				b.WriteString("\n" + strings.Repeat(" ", indent))
				used = 0
			default:
				b.WriteString(" ")
				used++
			}
			b.WriteString(word)
			used += w
		}
	}
	return b.String()
}

// unbroken cuts a line at its spaces, but for those in backquotes.
func unbroken(line string) (list []string) {
	begin, quoted := 0, false
	for i := range len(line) {
		switch {
		case line[i] == '`':
			quoted = !quoted && strings.IndexByte(line[i+1:], '`') >= 0
		case line[i] == ' ' && !quoted:
			list = append(list, line[begin:i])
			begin = i + 1
		}
	}
	return append(list, line[begin:])
}
