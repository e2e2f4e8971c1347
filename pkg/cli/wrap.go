package cli

import (
	"iter"
	"slices"
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
	limit := indent + max(20, width-indent)
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString("\n")
		}
		fill(&b, slices.Values(unbroken(line)), limit, indent, indent)
	}
	return b.String()
}

// wrapLine makes a text safe for a terminal and breaks it at spaces. Lines after the first are indented.
func wrapLine(text string, width int) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/16)
	fill(&b, strings.FieldsSeq(termsafe.Line(text)), width, 0, 2)
	return b.String()
}

// fill writes words into lines that end at the limit: the first goes on at a column, and the others are indented. A word
// that is too wide stays whole.
func fill(b *strings.Builder, words iter.Seq[string], limit, column, indent int) {
	first := true
	for word := range words {
		n := ansi.StringWidth(word)
		switch {
		case first:
			first = false
		case column+1+n > limit:
			b.WriteByte('\n')
			for range indent {
				b.WriteByte(' ')
			}
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
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
