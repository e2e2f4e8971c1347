package cli

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// printDiff prints what changed for users, the front matter as a table, and the text word by word.
func (e *env) printDiff(d *prompt.Diff, sides [2]promptSideJSON) error {
	st := e.outStyle()
	from, to := sides[0].Ref, sides[1].Ref
	if err := e.say("%s → %s: %s", st.bad(from), st.good(to), changeWords(d.Change)); err != nil {
		return err
	}
	if err := e.printPromptChange(d.Change); err != nil {
		return err
	}
	if err := e.say(""); err != nil {
		return err
	}
	if err := e.printFields(d, sides); err != nil {
		return err
	}
	lines := diffLines(d.Body)
	shown := around(lines, 2)
	if len(shown) == 0 {
		return e.say("\n%s", st.faint("the text is the same"))
	}
	if err := e.say(""); err != nil {
		return err
	}
	last := -1
	for _, i := range shown {
		if i != last+1 {
			if err := e.say("%s", st.faint(fmt.Sprintf("… from line %d", lines[i].number))); err != nil {
				return err
			}
		}
		last = i
		if err := e.say("%s", e.diffLine(lines[i])); err != nil {
			return err
		}
	}
	return nil
}

// printFields prints the fields that differ, then tokens and cost. On a terminal long values are cut in
// equal parts.
func (e *env) printFields(d *prompt.Diff, sides [2]promptSideJSON) error {
	a, b := sides[0], sides[1]
	g := grid{header: []string{"", "before", "after"}, left: 3}
	for _, f := range d.Fields {
		g.add(f.Path, orNone(f.From), orNone(f.To))
	}
	change := ""
	if n := b.Tokens - a.Tokens; n != 0 && a.Tokens > 0 {
		change = fmt.Sprintf(" (%+d, %+.0f %%)", n, 100*float64(n)/float64(a.Tokens))
	}
	g.add("tokens", a.tokenWords(), b.tokenWords()+change)
	g.add("input cost per call", priceWord(a.Input), priceWord(b.Input))
	if a.Most != nil || b.Most != nil {
		g.add("most per call", priceWord(a.Most), priceWord(b.Most))
	}
	if e.narrow() {
		room := max(24, e.width()-g.columnWidth(0)-4)
		first := max(room/2, room-g.columnWidth(2)) // what the other column leaves
		for _, row := range g.rows {
			row[1] = ansi.Truncate(row[1], first, "…")
		}
		rest := room - g.columnWidth(1)
		for _, row := range g.rows {
			row[2] = ansi.Truncate(row[2], rest, "…")
		}
	}
	return g.print(e)
}

func (c *promptCount) tokenWords() string {
	if c.Estimated {
		return "about " + grouped(c.Tokens)
	}
	return grouped(c.Tokens)
}

func priceWord(m *llm.Money) string {
	if m == nil {
		return "unpriced"
	}
	return m.String()
}

// diffLine draws a line of the text: in colour, or else as [-gone-] and {+new+}.
func (e *env) diffLine(l diffedLine) string {
	st := e.outStyle()
	var b strings.Builder
	for _, s := range l.spans {
		text := s.Text
		if e.outTTY {
			text = termsafe.String(text)
		}
		switch {
		case s.Op == prompt.SpanEqual:
			b.WriteString(text)
		case st.r == nil && s.Op == prompt.SpanDelete:
			b.WriteString("[-" + text + "-]")
		case st.r == nil:
			b.WriteString("{+" + text + "+}")
		case s.Op == prompt.SpanDelete:
			b.WriteString(st.bad(text))
		default:
			b.WriteString(st.good(text))
		}
	}
	return b.String()
}

// diffedLine is a line of both texts laid over one another.
type diffedLine struct {
	spans   []prompt.Span
	changed bool
	number  int // in the new text, from 1
}

// diffLines cuts the spans into lines. A line end that is gone or new by itself is drawn as ⏎.
func diffLines(spans []prompt.Span) []diffedLine {
	lines := []diffedLine{{number: 1}}
	for _, s := range spans {
		pieces := strings.Split(s.Text, "\n")
		for i, piece := range pieces {
			last := &lines[len(lines)-1]
			ends := i < len(pieces)-1
			if piece == "" && ends && s.Op != prompt.SpanEqual {
				piece = "⏎"
			}
			if piece != "" {
				last.spans = append(last.spans, prompt.Span{Op: s.Op, Text: piece})
				last.changed = last.changed || s.Op != prompt.SpanEqual
			}
			if ends {
				next := last.number
				if s.Op != prompt.SpanDelete {
					next++
				}
				lines = append(lines, diffedLine{number: next})
			}
		}
	}
	if len(lines[len(lines)-1].spans) == 0 {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// around lists the changed lines with n lines before and after each.
func around(lines []diffedLine, n int) []int {
	var shown []int
	next := 0
	for i, l := range lines {
		if !l.changed {
			continue
		}
		for k := max(next, i-n); k <= min(i+n, len(lines)-1); k++ {
			shown = append(shown, k)
			next = k + 1
		}
	}
	return shown
}
