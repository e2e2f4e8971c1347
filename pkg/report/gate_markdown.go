package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/gate"
	prompts "github.com/llmops-toolkit/llmops/pkg/prompt"
)

// The most that a comment and a job's summary may hold, in bytes: GitHub takes 65,536 characters and 1 MiB.
const (
	CommentLimit = 65_536
	SummaryLimit = 1_000_000
)

// GateMarker is the line that a suite's comment begins with, by which it is found again. It is not shown. Two suites
// never have the same one.
func GateMarker(suite string) string {
	name := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '_' // a dash could close the marker
	}, suite[:min(len(suite), 200)])
	if name != suite {
		sum := sha256.Sum256([]byte(suite))
		name += " " + hex.EncodeToString(sum[:6])
	}
	return "<!-- llmops-eval: " + name + " -->"
}

// GateMarkdown writes a comparison as a comment: a line a metric, then cost and latency, slices and the
// changed cases folded away. It stays below limit bytes, at the price of the cases and slices that come last;
// 0 is no limit. What models and users wrote is defused.
func GateMarkdown(w io.Writer, g Gate, limit int) error {
	candidate, baseline := g.names()
	m := &gateMarkdown{gate: g, limit: limit}
	m.printf("%s\n### %s %s vs %s %s %s\n\n", GateMarker(g.Suite), inline(g.subject()), inline(candidate), inline(baseline), mark(g.Result.Verdict), g.Result.Verdict)
	for _, metric := range g.Result.Metrics {
		m.printf("- %s\n", metricLine(metric))
	}
	for _, u := range g.Result.Usage {
		if m.printf("- %s", grown(u)); u.Verdict != gate.OK {
			m.printf(" %s", mark(u.Verdict))
		}
		m.printf("\n")
	}
	m.needs()
	for _, why := range g.Result.Reasons {
		m.printf("\n%s %s\n", mark(g.Result.Verdict), inline(why))
	}
	for _, warning := range g.warnings() {
		m.printf("\n⚠️ %s\n", inline(warning))
	}
	m.slices()
	m.cases()
	_, err := io.WriteString(w, m.String())
	return err
}

// needs says for each gated metric how many cases would show a drop of its margin.
func (m *gateMarkdown) needs() {
	var parts []string
	for _, x := range m.gate.Result.Metrics {
		if text := needs(x); text != "" && x.Gated {
			parts = append(parts, inline(x.Name)+": "+text)
		}
	}
	if len(parts) > 0 {
		m.printf("\nTo see the margin in 8 of 10 comparisons: %s\n", strings.Join(parts, "; "))
	}
}

type gateMarkdown struct {
	strings.Builder
	gate  Gate
	limit int
}

func (m *gateMarkdown) printf(format string, args ...any) { fmt.Fprintf(m, format, args...) }

// metricLine is "intent_accuracy 0.92 → 0.94 (+0.02, CI −0.03…+0.07; 4↑ 2↓ / 100) ✅ detects drops ≥ 0.07".
func metricLine(m gate.Metric) string {
	difference, interval := delta(m)
	line := fmt.Sprintf("%s %s (%s, CI %s; %s) %s %s", inline(m.Name), fromTo(m), difference, interval, flips(m), metricMark(m), sees(m))
	if !m.Gated {
		line += " (not gated)"
	}
	return line
}

// metricMark keeps the cross for what fails the gate.
func metricMark(m gate.Metric) string {
	if !m.Gated && m.Verdict == gate.Regressed {
		return mark(gate.Inconclusive)
	}
	return mark(m.Verdict)
}

func mark(v gate.Verdict) string {
	switch v {
	case gate.OK:
		return "✅"
	case gate.Regressed:
		return "❌"
	case gate.Invalid:
		return "⛔"
	case gate.Inconclusive:
	}
	return "⚠️"
}

// inline leaves a text as it is where nothing in it means anything to Markdown, and defuses it else.
func inline(s string) string {
	const most = 400
	if len(s) > most {
		return Defuse(s, most)
	}
	for _, r := range s {
		plain := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(" ,.;:%()+-_ –−…→×", r)
		if !plain {
			return Defuse(s, most)
		}
	}
	if s == "" || strings.Contains(strings.ToLower(s), "www.") || strings.Contains(s, "__") || s[0] == ' ' || s[0] == '_' || strings.Contains(s, " _") {
		return Defuse(s, most)
	}
	return s
}

// room tells whether so much more fits, with the ends of what is open.
func (m *gateMarkdown) room(more int) bool {
	const reserve = 400
	return m.limit <= 0 || m.Len()+more+reserve <= m.limit
}

// fold writes parts under a heading that opens them, as many as there is room for.
func (m *gateMarkdown) fold(title, before string, parts []string, after string) {
	if len(parts) == 0 || !m.room(len(title)+len(before)) {
		return
	}
	m.printf("\n<details><summary>%s</summary>\n\n%s", title, before)
	for i, p := range parts {
		if !m.room(len(p)) {
			m.printf("%s\n… %s did not fit\n", after, count(len(parts)-i, "more entry"))
			break
		}
		m.printf("%s", p)
	}
	m.printf("\n</details>\n")
}

func (m *gateMarkdown) slices() {
	var rows []string
	for _, s := range m.gate.Result.Slices {
		for _, x := range s.Metrics {
			difference, interval := delta(x)
			rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |\n",
				inline(s.Tag), inline(x.Name), fromTo(x), difference, interval, flips(x), metricMark(x)))
		}
	}
	m.fold(count(len(m.gate.Result.Slices), "slice"), "| slice | metric | baseline → candidate | Δ | 95 % interval | flips | |\n| --- | --- | --- | --- | --- | --- | --- |\n", rows, "")
}

func (m *gateMarkdown) cases() {
	var words, parts []string
	for _, kind := range GateKinds(m.gate.Result) {
		words = append(words, thousands(int64(len(kind.Cases)))+" "+strings.ToLower(kind.Name))
		part := fmt.Sprintf("**%s**: %s\n\n", kind.Name, kind.Says)
		shown := 0
		for _, c := range m.gate.Cases {
			if c.Kind == kind.Name {
				parts = append(parts, part+changedCase(c))
				part = ""
				shown++
			}
		}
		if rest := kind.Cases[shown:]; len(rest) > 0 {
			ids := Defuse(strings.Join(rest[:min(len(rest), 2*shownInText)], ", "), 1000)
			if left := len(rest) - 2*shownInText; left > 0 {
				ids += ", and " + thousands(int64(left)) + " more"
			}
			parts = append(parts, part+ids+"\n\n")
		}
	}
	m.fold("Changed cases: "+strings.Join(words, ", "), "", parts, "")
}

// changedCase is a case with its outputs, word by word.
func changedCase(c GateCase) string {
	text := Defuse(c.ID, 100) + "\n\n"
	if c.Candidate != nil {
		for name, s := range orderedScores(c.Candidate) {
			if !s.Pass && s.Why != "" {
				text += inline(name) + ": " + Defuse(s.Why, 200) + "\n\n"
			}
		}
	}
	if len(c.Diff) == 0 {
		return text
	}
	if rewritten(c.Diff) {
		const lines, runes = 15, 1000
		return text + "before:\n\n" + DefuseBlock(middle(c.Baseline.Output, runes), lines) + "\n\nnow:\n\n" + DefuseBlock(middle(c.Candidate.Output, runes), lines) + "\n\n"
	}
	var b strings.Builder
	for _, s := range clipped(c.Diff, 2*shownWords) {
		switch s.Op {
		case prompts.SpanDelete:
			b.WriteString("[-" + s.Text + "-]")
		case prompts.SpanInsert:
			b.WriteString("{+" + s.Text + "+}")
		case prompts.SpanEqual:
			b.WriteString(s.Text)
		}
	}
	return text + DefuseBlock(b.String(), 30) + "\n\n"
}
