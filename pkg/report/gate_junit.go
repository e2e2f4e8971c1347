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
// inconclusive, flaky, drift or broken without failing the gate is skipped with the reason.
func GateJUnit(w io.Writer, g Gate) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(struct {
		XMLName xml.Name `xml:"testsuites"`
		Suite   junitGate
	}{Suite: g.junit(0)}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// junit makes the comparison's testsuite.
func (g Gate) junit(number int) junitGate {
	started := g.Candidate.Started.UTC().Format("2006-01-02T15:04:05")
	s := junitGate{Name: xmlText(g.Suite + " vs " + g.Result.Baseline), ID: number, Package: xmlText(g.Suite), Host: "localhost", Timestamp: started, Time: "0"}
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
		verdict := gate.Inconclusive
		switch {
		case kind.Name == "FIXED":
			verdict = gate.OK
		case kind.Name == "BROKEN" && g.Result.Verdict == gate.Regressed: // else the gate lets them pass
			verdict = gate.Regressed
		}
		for _, id := range kind.Cases {
			s.add(g.Suite+".cases", id, verdict, kind.Name+": "+kind.Says, g.outputs(id))
		}
	}
	return s
}

type junitGate struct {
	XMLName    xml.Name        `xml:"testsuite"`
	Name       string          `xml:"name,attr"`
	ID         int             `xml:"id,attr"`
	Package    string          `xml:"package,attr"`
	Host       string          `xml:"hostname,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Time       string          `xml:"time,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Properties junitProperties `xml:"properties"`
	List       []junitTest     `xml:"testcase"`
	SystemOut  string          `xml:"system-out"`
	SystemErr  string          `xml:"system-err"`
}

func (s *junitGate) metric(class string, m gate.Metric) {
	why := strings.TrimSuffix(metricLine(m)+"; "+needs(m), "; ")
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
