package report

import (
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/gate"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// pageGate is a comparison as the page draws it: words that are ready, and the numbers of its intervals.
type pageGate struct {
	Title    string       `json:"title"` // "prompt-support v1.1.0 vs v1.0.0"
	Verdict  gate.Verdict `json:"verdict"`
	Reasons  []string     `json:"reasons"`
	Warnings []string     `json:"warnings"`
	Cases    int          `json:"cases"`
	Rows     []pageMetric `json:"rows"`   // a metric each
	Slices   []pageMetric `json:"slices"` // a metric of a tag each
	Usage    []pageUsage  `json:"usage"`
	Kinds    []pageKind   `json:"kinds"`
	Reruns   int          `json:"reruns"`
}

// pageMetric is a row of the comparison. Delta, Low, High and Threshold are numbers to draw; null where there are none.
type pageMetric struct {
	Name      string       `json:"name"`
	FromTo    string       `json:"from_to"`
	Change    string       `json:"change"`   // "+0.02"
	Interval  string       `json:"interval"` // "−0.03…+0.07"
	Flips     string       `json:"flips"`
	Verdict   gate.Verdict `json:"verdict"`
	Gated     bool         `json:"gated"`
	Limits    string       `json:"limits"` // what the verdict goes by: "margin 0.05, min 0.8"
	Says      string       `json:"says"`   // what the comparison can see: "detects drops ≥ 0.07; …"
	Delta     *float64     `json:"delta"`
	Low       *float64     `json:"low"`
	High      *float64     `json:"high"`
	Threshold *float64     `json:"threshold"` // the change at which the margin ends
}

type pageUsage struct {
	Text    string       `json:"text"`
	Verdict gate.Verdict `json:"verdict"`
}

type pageKind struct {
	Name  string   `json:"name"`
	Says  string   `json:"says"`
	Cases []string `json:"cases"`
}

func (g *Gate) page() *pageGate {
	if g == nil {
		return nil
	}
	candidate, baseline := g.names()
	p := &pageGate{
		Title: termsafe.Line(g.subject() + " " + candidate + " vs " + baseline), Verdict: g.Result.Verdict, Reasons: sentences(g.Result.Reasons),
		Warnings: sentences(g.warnings()), Cases: g.Result.Cases, Reruns: g.Result.Reruns,
		Rows: []pageMetric{}, Slices: []pageMetric{}, Usage: []pageUsage{}, Kinds: []pageKind{},
	}
	for _, m := range g.Result.Metrics {
		p.Rows = append(p.Rows, newPageMetric(m))
	}
	for _, s := range g.Result.Slices {
		for _, m := range s.Metrics {
			row := newPageMetric(m)
			row.Name = s.Tag + " · " + m.Name
			p.Slices = append(p.Slices, row)
		}
	}
	for _, u := range g.Result.Usage {
		p.Usage = append(p.Usage, pageUsage{grown(u), u.Verdict})
	}
	for _, k := range GateKinds(g.Result) {
		p.Kinds = append(p.Kinds, pageKind(k))
	}
	return p
}

// sentences are texts in which no name turns the words around it.
func sentences(texts []string) []string {
	safe := make([]string, len(texts))
	for i, text := range texts {
		safe[i] = termsafe.Line(text)
	}
	return safe
}

func newPageMetric(m gate.Metric) pageMetric {
	p := pageMetric{Name: m.Name, FromTo: fromTo(m), Flips: flips(m), Verdict: m.Verdict, Gated: m.Gated, Limits: limits(m), Delta: m.Delta}
	p.Says = strings.TrimSuffix(sees(m)+"; "+needs(m), "; ")
	p.Change, p.Interval = delta(m)
	if m.CI95 != nil {
		p.Low, p.High = &m.CI95[0], &m.CI95[1]
	}
	if m.Margin > 0 {
		end := -m.Margin
		if m.Lower {
			end = m.Margin
		}
		p.Threshold = &end
	}
	return p
}

// limits say what a metric's verdict goes by.
func limits(m gate.Metric) string {
	var list []string
	if m.Margin > 0 {
		list = append(list, fmt.Sprintf("margin %.4g", m.Margin))
	}
	if m.MinEffect > 0 {
		list = append(list, fmt.Sprintf("least fall %.4g", m.MinEffect))
	}
	if m.Min != nil {
		list = append(list, fmt.Sprintf("least value %.4g", *m.Min))
	}
	return strings.Join(list, ", ")
}
