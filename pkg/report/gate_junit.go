package report

import (
	"encoding/xml"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
)

// GateJUnit writes a comparison as JUnit XML: a test for the whole, one for each metric and gated slice, and
// one for each case that changed. What regressed is a failure, what is invalid an error, and what is
// inconclusive, flaky or drift is skipped with the reason.
func GateJUnit(w io.Writer, g Gate) error {
	s := junitGate{Name: xmlText(g.Suite)}
	s.add("gate", "verdict", g.Result.Verdict, strings.Join(g.Result.Reasons, "; "), "")
	for _, m := range g.Result.Metrics {
		s.metric(g.Suite+".metrics", m)
	}
	for _, slice := range g.Result.Slices {
		for _, m := range slice.Metrics {
			if m.Gated {
				s.metric(g.Suite+".slices."+slice.Tag, m)
			}
		}
	}
	for _, kind := range GateKinds(g.Result) {
		verdict := map[string]gate.Verdict{"BROKEN": gate.Regressed, "FIXED": gate.OK}[kind.Name]
		if verdict == "" {
			verdict = gate.Inconclusive
		}
		for _, id := range kind.Cases {
			s.add(g.Suite+".cases", id, verdict, kind.Name+": "+kind.Says, g.outputs(id))
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(struct {
		XMLName xml.Name  `xml:"testsuites"`
		Suite   junitGate `xml:"testsuite"`
	}{Suite: s}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type junitGate struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	List     []junitTest `xml:"testcase"`
}

func (s *junitGate) metric(class string, m gate.Metric) {
	why := metricLine(m)
	if !m.Gated {
		s.add(class, m.Name, gate.OK, why, why)
		return
	}
	s.add(class, m.Name, m.Verdict, why, why)
}

func (s *junitGate) add(class, name string, v gate.Verdict, why, text string) {
	t := junitTest{Class: xmlText(class), Name: xmlText(name), Time: "0"}
	problem := &junitProblem{Message: xmlText(why), Type: string(v), Text: xmlText(text)}
	s.Tests++
	switch v {
	case gate.Regressed:
		t.Failure = problem
		s.Failures++
	case gate.Invalid:
		t.Error = problem
		s.Errors++
	case gate.Inconclusive:
		t.Skipped = &junitProblem{Message: problem.Message}
		s.Skipped++
	case gate.OK:
		t.SystemOut = problem.Text
	}
	s.List = append(s.List, t)
}

// outputs are both answers of a changed case.
func (g Gate) outputs(id string) string {
	for _, c := range g.Cases {
		if c.ID == id && c.Baseline != nil && c.Candidate != nil {
			return "baseline: " + c.Baseline.Output + "\ncandidate: " + c.Candidate.Output
		}
	}
	return ""
}

// orderedScores are a record's scores by name.
func orderedScores(r *eval.Record) iter.Seq2[string, eval.Score] {
	return func(yield func(string, eval.Score) bool) {
		for _, name := range slices.Sorted(maps.Keys(r.Scores)) {
			if !yield(name, r.Scores[name]) {
				return
			}
		}
	}
}
