package report

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/gate"
	prompts "github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// GateText writes a comparison for a terminal: the verdict, a table of the metrics, what answers take, and the
// cases that changed with both outputs word by word.
func GateText(w io.Writer, g Gate, s Style) error {
	t := gateText{text{Writer: bufio.NewWriter(w), style: s}, g}
	t.head()
	t.metrics()
	t.usage()
	t.slices()
	t.cases()
	return t.Flush()
}

type gateText struct {
	text
	gate Gate
}

func (t gateText) head() {
	candidate, baseline := t.gate.names()
	t.line(t.style.bold(termsafe.Line(t.gate.subject()+" "+candidate+" vs "+baseline)) + ": " + t.verdict(t.gate.Result.Verdict))
	for _, why := range t.gate.Result.Reasons {
		t.line("  " + t.style.bad(termsafe.Line(why)))
	}
	for _, w := range t.gate.warnings() {
		t.line("  " + t.style.warn(termsafe.Line(w)))
	}
}

func (t gateText) verdict(v gate.Verdict) string {
	switch v {
	case gate.Regressed, gate.Invalid:
		return t.style.bad(string(v))
	case gate.Inconclusive:
		return t.style.warn(string(v))
	case gate.OK:
	}
	return string(v)
}

func (t gateText) metrics() {
	if len(t.gate.Result.Metrics) == 0 {
		return
	}
	t.compared(t.gate.Result.Metrics, "metric")
	if slices.ContainsFunc(t.gate.Result.Metrics, func(m gate.Metric) bool { return !m.Gated }) {
		t.line(t.style.faint("* not gated"))
	}
	for _, m := range t.gate.Result.Metrics {
		t.line(t.style.faint(strings.TrimSuffix(termsafe.Line(m.Name)+" "+sees(m)+"; "+needs(m), "; ")))
	}
}

func (t gateText) compared(metrics []gate.Metric, first string) {
	rows := make([][]string, len(metrics))
	for i, m := range metrics {
		difference, interval := delta(m)
		verdict := t.verdict(m.Verdict)
		if !m.Gated {
			verdict += "*"
		}
		rows[i] = []string{termsafe.Line(m.Name), fromTo(m), difference, interval, flips(m), verdict}
	}
	t.table([]string{first, "from → to", "Δ", "95 % interval", "flips", "verdict"}, rows)
}

func (t gateText) usage() {
	if len(t.gate.Result.Usage) == 0 {
		return
	}
	t.line("")
	for _, u := range t.gate.Result.Usage {
		mark := "  "
		if u.Verdict != gate.OK {
			mark = t.style.warn("! ")
		}
		t.line(mark + grown(u))
	}
}

func (t gateText) slices() {
	var rows []gate.Metric
	for _, s := range t.gate.Result.Slices {
		for _, m := range s.Metrics {
			m.Name = s.Tag + " " + m.Name
			rows = append(rows, m)
		}
	}
	if len(rows) > 0 {
		t.compared(rows, "slice")
	}
}

func (t gateText) cases() {
	r := t.gate.Result
	for _, kind := range GateKinds(r) {
		t.line("")
		t.line(t.kind(kind) + " " + t.style.faint(count(len(kind.Cases), "case")+": "+kind.Says))
		shown := 0
		for _, c := range t.gate.Cases {
			if c.Kind == kind.Name && shown < shownInText {
				t.changed(c)
				shown++
			}
		}
		if rest := kind.Cases[shown:]; len(rest) > 0 {
			ids := termsafe.Line(strings.Join(rest[:min(len(rest), 2*shownInText)], ", "))
			if left := len(rest) - 2*shownInText; left > 0 {
				ids += ", and " + thousands(int64(left)) + " more"
			}
			t.line("  " + ids)
		}
	}
	if r.Reruns > 0 {
		t.line("")
		t.line(t.style.faint(count(r.Reruns, "call") + " to confirm"))
	}
}

func (t gateText) kind(k GateKind) string {
	switch k.Name {
	case "BROKEN":
		return t.style.bad(k.Name)
	case "FIXED":
		return t.style.bold(k.Name)
	}
	return t.style.warn(k.Name)
}

// shownInText is how many cases of a kind are shown with their outputs.
const shownInText = 5

// shownWords bounds the output that is shown of a case, in characters.
const shownWords = 400

func (t gateText) changed(c GateCase) {
	t.line("  " + t.style.bold(termsafe.Line(c.ID)))
	if c.Candidate != nil {
		for name, s := range orderedScores(c.Candidate) {
			if !s.Pass && s.Why != "" {
				t.line("    " + termsafe.Line(name+": "+s.Why))
			}
		}
	}
	if len(c.Diff) == 0 {
		return
	}
	if rewritten(c.Diff) {
		t.line("    " + t.style.bad("- "+shorten(termsafe.Line(c.Baseline.Output), shownWords/2)))
		t.line("    " + t.style.good("+ "+shorten(termsafe.Line(c.Candidate.Output), shownWords/2)))
		return
	}
	var b strings.Builder
	for _, s := range clipped(c.Diff, shownWords) {
		b.WriteString(t.span(s))
	}
	t.line("    " + b.String())
}

func (t gateText) span(s prompts.Span) string {
	text := edge(s.Text, true) + termsafe.Line(s.Text) + edge(s.Text, false)
	if strings.TrimSpace(text) == "" {
		text = " "
	}
	switch {
	case s.Op == prompts.SpanEqual:
		return text
	case s.Op == prompts.SpanDelete: // the marks stay beside the colours, which not everybody tells apart
		return t.style.bad("[-" + text + "-]")
	}
	return t.style.good("{+" + text + "+}")
}

// rewritten tells whether so little of a text stayed that a comparison by words is harder to read than the
// two texts.
func rewritten(spans []prompts.Span) bool {
	same, all := 0, 0
	for _, s := range spans {
		if all += len(s.Text); s.Op == prompts.SpanEqual {
			same += len(s.Text)
			all += len(s.Text) // it is in both
		}
	}
	return 4*same < all
}

// edge is the space that a text begins or ends with, which putting it on one line takes away.
func edge(s string, begin bool) string {
	if begin && strings.TrimLeft(s, " \t\n") != s || !begin && strings.TrimRight(s, " \t\n") != s {
		return " "
	}
	return ""
}

// clipped keeps the spans around what differs, and marks what is left out.
func clipped(spans []prompts.Span, limit int) []prompts.Span {
	const around = 60
	var out []prompts.Span
	total := 0
	for _, s := range spans {
		if runes := []rune(s.Text); s.Op == prompts.SpanEqual && len(runes) > 2*around+10 {
			s.Text = string(runes[:around]) + " … " + string(runes[len(runes)-around:])
		}
		runes := []rune(s.Text)
		if total+len(runes) > limit {
			s.Text = string(runes[:max(0, limit-total)]) + "…"
			return append(out, s)
		}
		total += len(runes)
		out = append(out, s)
	}
	return out
}
