// Package report writes what came of a run, for people and for programs: functions that take a writer.
// Start with Text for a terminal and JSON for a program.
package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// Run is what a report tells of.
type Run struct {
	Outcome *eval.Outcome
	Answers string // where recorded answers came from; "" when a model was asked
	Dir     string // where the run is, for the reader; "" leaves it out
	Gate    *Gate  // the comparison with a baseline; nil means that there was none
	Failed  int    // how many failed cases Text shows; 0 means 5, negative none

	// Questions opens what tells the questions of the run's cases, as eval.Suite.Questions does; nil: they
	// are not known.
	Questions func() Questions
}

// Questions gives the question of a record's case, "" where it is not known. It is asked in the order of
// the records.
type Questions interface {
	Of(rec *eval.Record) string
	Close()
}

// Style is how a text is drawn. The zero value is plain text of 80 columns.
type Style struct {
	Renderer *lipgloss.Renderer // bound to the stream; nil writes no escape sequence
	Width    int                // columns; 0 means 80
}

// Text writes a summary of the run, a table of its metrics, one of its tags, and the first failed cases.
// What models and users wrote is made safe for a terminal.
func Text(w io.Writer, r Run, st Style) error {
	out := bufio.NewWriter(w)
	t := text{out, r, st}
	t.head()
	t.metrics()
	t.slices()
	if err := t.failed(); err != nil {
		return err
	}
	t.foot()
	return out.Flush()
}

// text writes one report. Errors of the writer stay in the bufio.Writer until Flush.
type text struct {
	*bufio.Writer
	run   Run
	style Style
}

func (t text) head() {
	r := t.run.Outcome.Result
	title := []string{t.style.bold(termsafe.Line(r.Run.Suite))}
	if cell := t.run.Outcome.Info.RunID().Cell; cell != "" && cell != r.Run.Model {
		title = append(title, termsafe.Line(cell))
	}
	if r.Run.Model != "" {
		title = append(title, termsafe.Line(r.Run.Model))
	}
	if p := r.Run.Prompt; p != nil {
		title = append(title, prompt(p))
	}
	if r.Run.Tag != "" {
		title = append(title, "tag "+termsafe.Line(r.Run.Tag))
	}
	t.line(strings.Join(title, " · "))
	t.line(t.style.faint(strings.Join(facts(r), " · ")))
	if speed := speeds(r); len(speed) > 0 {
		t.line(t.style.faint(strings.Join(speed, " · ")))
	}
	if text := judges(r, termsafe.Line); text != "" {
		t.line(t.style.faint(text))
	}
	if text := standIns(r); text != "" {
		t.line(t.style.warn("note: " + termsafe.Line(text)))
	}
	if t.run.Answers != "" {
		t.line(t.style.warn("answers: " + termsafe.Line(t.run.Answers)))
	}
}

func prompt(p *eval.PromptID) string {
	if p.Version == "" {
		return fmt.Sprintf("prompt %s (%s)", termsafe.Line(p.Name), termsafe.Line(fmt.Sprintf("%.8s", p.SHA256)))
	}
	return fmt.Sprintf("prompt %s@%s", termsafe.Line(p.Name), termsafe.Line(p.Version))
}

// facts are the run's totals. What is not known is said to be unknown.
func facts(r eval.Result) []string {
	list := []string{count(r.Cases, "case"), duration(r.Duration)}
	if r.Run.Repeat > 1 {
		list[0] += " × " + thousands(int64(r.Run.Repeat))
	}
	if r.Errors > 0 {
		list = append(list, count(r.Errors, "failed call"))
	}
	switch {
	case r.Usage == nil:
		list = append(list, "tokens unknown")
	default:
		list = append(list, fmt.Sprintf("%s + %s tokens", thousands(r.Usage.Input()), thousands(r.Usage.Output))+missing(r.Unknown, "unknown"))
	}
	if r.Cost == nil {
		return append(list, "unpriced")
	}
	return append(list, r.Cost.String()+missing(r.Unpriced, "unpriced"))
}

// speeds are how long answers took, and how many tokens came in a second over all calls at once.
func speeds(r eval.Result) (list []string) {
	if l := r.Latency; l != nil && l.P95 > 0 {
		list = append(list, fmt.Sprintf("latency p50 %s, p95 %s", latency(l.P50), latency(l.P95)))
	}
	if r.Usage != nil && r.Usage.Output > 0 && r.Duration > 0 {
		list = append(list, thousands(r.Usage.Output*1000/r.Duration)+" tokens/s")
	}
	return list
}

func missing(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s %s)", thousands(int64(n)), what)
}

func (t text) foot() {
	if why := t.run.Outcome.Result.Invalid; why != "" {
		t.line("")
		t.line(t.style.bad("not valid: " + termsafe.Line(why)))
	}
	if t.run.Dir != "" {
		t.line("")
		t.line(t.style.faint("kept in " + termsafe.Line(t.run.Dir)))
	}
}

// line writes a line, broken between words where it is too long for the style's width.
func (t text) line(s string) {
	for _, part := range wrap(s, t.style.width()) {
		_, _ = t.WriteString(part + "\n")
	}
}
