package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// JUnit writes the runs as JUnit XML, in the form that CI servers agree on (the windyroad schema with the
// `skipped` of Jenkins'): a testsuite for each run and a testcase for each answer, and one more for the
// comparison of a run with its baseline, as GateJUnit has it. A failed metric is a
// failure. A call that failed is an error, and what is unscored is skipped, with the reason: neither
// counts as a failed test, and neither as a passed one.
func JUnit(w io.Writer, runs []Run) error {
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(xml.Header)
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	root := element("testsuites")
	err := enc.EncodeToken(root)
	number := 0
	for _, r := range runs {
		if err == nil {
			err = r.junit(enc, number)
		}
		if number++; err == nil && r.Gate != nil {
			err = enc.Encode(r.Gate.junit(number))
			number++
		}
	}
	if err == nil {
		err = enc.EncodeToken(root.End())
	}
	if err == nil {
		err = enc.Close()
	}
	if err != nil {
		return err
	}
	_, _ = out.WriteString("\n")
	return out.Flush()
}

// junit writes a run's testsuite. Its counts come before its cases, so the records are read twice.
func (r Run) junit(enc *xml.Encoder, number int) error {
	counts, err := r.statusCounts()
	if err != nil {
		return err
	}
	info, total := r.Outcome.Info, 0
	for _, n := range counts {
		total += n
	}
	suite := element("testsuite",
		"name", r.junitName(), "id", strconv.Itoa(number), "package", info.Suite, "hostname", "localhost",
		"timestamp", info.Started.UTC().Format("2006-01-02T15:04:05"), "time", seconds(info.Duration),
		"tests", strconv.Itoa(total), "failures", strconv.Itoa(counts[StatusFail]),
		"errors", strconv.Itoa(counts[StatusError]), "skipped", strconv.Itoa(counts[StatusUnscored]))
	if err := enc.EncodeToken(suite); err != nil {
		return err
	}
	if err := enc.EncodeElement(r.properties(), element("properties")); err != nil {
		return err
	}
	for rec, err := range r.records() {
		if err == nil {
			err = enc.Encode(junitCase(r.junitName(), rec))
		}
		if err != nil {
			return err
		}
	}
	for _, name := range []string{"system-out", "system-err"} { // the schema wants both
		if err := enc.EncodeElement("", element(name)); err != nil {
			return err
		}
	}
	return enc.EncodeToken(suite.End())
}

// junitName tells the runs of a matrix apart, for servers that join what has one name.
func (r Run) junitName() string {
	if cell := r.Outcome.Info.RunID().Cell; cell != "" {
		return r.Outcome.Info.Suite + " · " + cell
	}
	return r.Outcome.Info.Suite
}

func element(name string, attributes ...string) xml.StartElement {
	e := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i < len(attributes); i += 2 {
		e.Attr = append(e.Attr, xml.Attr{Name: xml.Name{Local: attributes[i]}, Value: xmlText(attributes[i+1])})
	}
	return e
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

func (r Run) properties() (p junitProperties) {
	add := func(name, value string) {
		if value != "" {
			p.List = append(p.List, junitProperty{xmlText(name), xmlText(value)})
		}
	}
	info := r.Outcome.Info
	add("run", info.ID)
	add("tag", info.Tag)
	add("cell", info.RunID().Cell)
	add("model", info.Model)
	if info.Prompt != nil {
		add("prompt", info.Prompt.Name+"@"+info.Prompt.Version)
	}
	add("commit", info.Commit)
	add("stand_ins", standIns(r.Outcome.Result))
	for _, m := range r.Outcome.Result.Metrics {
		if m.Mean != nil {
			add("metric."+m.Name, strconv.FormatFloat(*m.Mean, 'g', -1, 64))
		}
		add("metric."+m.Name+".about", strings.Join(notes(m, info.Repeat, xmlText), ", "))
	}
	return p
}

type junitTest struct {
	XMLName   xml.Name      `xml:"testcase"`
	Class     string        `xml:"classname,attr"`
	Name      string        `xml:"name,attr"`
	Time      string        `xml:"time,attr"`
	Error     *junitProblem `xml:"error"`
	Failure   *junitProblem `xml:"failure"`
	Skipped   *junitProblem `xml:"skipped"`
	SystemOut string        `xml:"system-out,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func junitCase(suite string, rec *eval.Record) junitTest {
	test := junitTest{Class: xmlText(suite), Name: xmlText(caseName(rec)), Time: seconds(rec.Latency)}
	switch StatusOf(rec) {
	case StatusError:
		test.Error = &junitProblem{Message: xmlText(rec.Error.Message), Type: xmlText(rec.Error.Type)}
	case StatusFail:
		why, names := reasons(rec, func(s eval.Score) bool { return s.Unscored == "" && !s.Pass })
		text := fmt.Sprintf("expected: %s\ngot: %s", expected(rec), rec.Output)
		test.Failure = &junitProblem{xmlText(why), xmlText(names), xmlText(text)}
	case StatusUnscored:
		why, _ := reasons(rec, func(s eval.Score) bool { return s.Unscored != "" })
		if why == "" {
			why = rec.StandIn.String()
		}
		test.Skipped = &junitProblem{Message: xmlText("unscored: " + why)}
	case StatusPass:
	}
	test.SystemOut = xmlText(rec.StandIn.String())
	return test
}

// reasons words the scores that fit, and names their metrics, both in the order of the names.
func reasons(rec *eval.Record, fits func(eval.Score) bool) (why, names string) {
	var texts, fitting []string
	for _, name := range slices.Sorted(maps.Keys(rec.Scores)) {
		if s := rec.Scores[name]; fits(s) {
			texts = append(texts, strings.TrimSuffix(name+": "+s.Why+s.Unscored, ": "))
			fitting = append(fitting, name)
		}
	}
	return strings.Join(texts, "; "), strings.Join(fitting, " ")
}

func seconds(m eval.Millis) string { return strconv.FormatFloat(float64(m)/1e9, 'f', 3, 64) }

// xmlText replaces what XML 1.0 has no way to write, such as the escape character, by U+FFFD
// (www.w3.org/TR/xml/#charsets).
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
		case r < 0x20, r == 0xfffe, r == 0xffff:
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
