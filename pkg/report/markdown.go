package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

const (
	mdFailed = 20  // answers shown of a run
	mdText   = 400 // characters of an answer
	mdLines  = 12  // and its lines, where it stands in a block
)

// Markdown writes the runs for people and pull requests: the totals, a table of metrics, one of tags, and
// a folded list of the first answers that did not pass. Several runs stand side by side first, and one that was
// compared with a baseline begins with the comparison, as GateMarkdown writes it. What models and users wrote is
// defused.
func Markdown(w io.Writer, runs []Run) error {
	out := bufio.NewWriter(w)
	if len(runs) > 1 {
		if err := sideBySide(out, runs); err != nil {
			return err
		}
	}
	for i, r := range runs {
		number := ""
		if len(runs) > 1 {
			number = fmt.Sprintf("%d · ", i+1)
			_, _ = out.WriteString("\n---\n\n")
		}
		if r.Gate != nil {
			if err := GateMarkdown(out, *r.Gate, 0); err != nil {
				return err
			}
			_, _ = out.WriteString("\n")
		}
		m := markdown{out, r}
		m.head(number)
		m.metrics()
		m.slices()
		if err := m.failed(); err != nil {
			return err
		}
	}
	return out.Flush()
}

// markdown writes one run. Errors of the writer stay in the bufio.Writer until Flush.
type markdown struct {
	*bufio.Writer
	run Run
}

func (m markdown) printf(format string, args ...any) { _, _ = fmt.Fprintf(m, format, args...) }

func (m markdown) head(number string) {
	r := m.run.Outcome.Result
	title := []string{Defuse(r.Run.Suite, 80)}
	if cell := m.run.Outcome.Info.RunID().Cell; cell != "" && cell != r.Run.Model {
		title = append(title, Defuse(cell, 120))
	}
	if r.Run.Model != "" {
		title = append(title, Defuse(r.Run.Model, 80))
	}
	if p := r.Run.Prompt; p != nil {
		title = append(title, Defuse(prompt(p), 80))
	}
	if r.Run.Tag != "" {
		title = append(title, "tag "+Defuse(r.Run.Tag, 80))
	}
	m.printf("### %s%s\n\n%s\n", number, strings.Join(title, " · "), strings.Join(append(facts(r), speeds(r)...), " · "))
	if text := judges(r, inline); text != "" {
		m.printf("\n%s\n", text)
	}
	if text := standIns(r); text != "" {
		m.printf("\n⚠️ %s\n", Defuse(text, 400))
	}
	if m.run.Answers != "" {
		m.printf("\nAnswers: %s\n", Defuse(m.run.Answers, 200))
	}
	if r.Invalid != "" {
		m.printf("\n**Not valid:** %s\n", Defuse(r.Invalid, 200))
	}
}

func (m markdown) metrics() {
	list := m.run.Outcome.Result.Metrics
	if len(list) == 0 {
		m.printf("\nThe suite has no scorer, so nothing was scored.\n")
		return
	}
	m.printf("\n| metric | mean | 95 %% interval | cases | unscored |\n| :-- | --: | --: | --: | --: |\n")
	for _, r := range list {
		m.printf("| %s | %s | %s | %s | %s |\n", Defuse(r.Name, 60), score(r.Mean), interval(r), thousands(int64(r.N)), thousands(int64(r.Unscored)))
	}
	lines := noted(m.run.Outcome.Result, func(name string) string { return Defuse(name, 60) })
	for i, line := range lines {
		if i == 0 {
			m.printf("\n")
		}
		m.printf("- %s\n", line)
	}
}

// slices writes the table of tags, folded, the tag of most cases first.
func (m markdown) slices() {
	r := m.run.Outcome.Result
	if len(r.Slices) == 0 || len(r.Metrics) == 0 || whole(r) {
		return
	}
	bySize := slices.SortedStableFunc(slices.Values(r.Slices), func(a, b eval.Slice) int { return cmp.Compare(b.Cases, a.Cases) })
	m.printf("\n<details><summary>%s</summary>\n\n| tag | cases |", count(len(bySize), "tag"))
	for _, metric := range r.Metrics {
		m.printf(" %s |", Defuse(metric.Name, 60))
	}
	m.printf("\n| :-- | --: |%s\n", strings.Repeat(" --: |", len(r.Metrics)))
	for _, s := range bySize {
		m.printf("| %s | %s |", Defuse(s.Tag, 60), thousands(int64(s.Cases)))
		for _, metric := range r.Metrics {
			m.printf(" %s |", score(meanOf(s, metric.Name)))
		}
		m.printf("\n")
	}
	m.printf("\n</details>\n")
}

func (m markdown) failed() error {
	var shown []*eval.Record
	total := 0
	for rec, err := range m.run.records() {
		if err != nil {
			return err
		}
		if StatusOf(rec) == StatusPass {
			continue
		}
		if total++; total <= mdFailed {
			shown = append(shown, rec)
		}
	}
	if total == 0 {
		return nil
	}
	m.printf("\n<details><summary>%s did not pass</summary>\n", count(total, "answer"))
	for _, rec := range shown {
		m.record(rec)
	}
	if total > len(shown) {
		m.printf("\n%s not shown.\n", count(total-len(shown), "more answer"))
	}
	m.printf("\n</details>\n")
	return nil
}

// record writes what was expected, what came, and what each metric says of it.
func (m markdown) record(rec *eval.Record) {
	m.printf("\n**%s** %s\n\n", StatusOf(rec), Defuse(caseName(rec), 120))
	if want := expected(rec); want != "" {
		m.printf("- expected: %s\n", Defuse(want, mdText))
	}
	if in := rec.StandIn.String(); in != "" {
		m.printf("- %s\n", Defuse(in, mdText))
	}
	if rec.Error != nil {
		m.printf("- error: %s\n", Defuse(rec.Error.Message, mdText))
	}
	for _, name := range slices.Sorted(maps.Keys(rec.Scores)) {
		switch s := rec.Scores[name]; {
		case s.Unscored != "":
			m.printf("- %s unscored: %s\n", Defuse(name, 60), Defuse(s.Unscored, mdText))
		case !s.Pass:
			m.printf("- %s: %s\n", Defuse(name, 60), Defuse(s.Why, mdText))
		}
	}
	if rec.Output != "" {
		m.printf("\n%s\n", DefuseBlock(middle(rec.Output, 5*mdText), mdLines))
	}
}
