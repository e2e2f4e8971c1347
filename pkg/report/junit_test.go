package report

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestJUnitHoldsHostileText(t *testing.T) {
	run := hostileRun(t)
	text := written(t, "xml", run, run)
	checkJUnit(t, text, len(hostile))
	if diff := cmp.Diff(-1, strings.IndexFunc(text, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff })); diff != "" {
		t.Errorf("a character that XML does not have: %s", diff)
	}
}

// checkJUnit holds the text to the rules of the JUnit schema that CI servers share
// (github.com/windyroad/JUnit-Schema, with Jenkins' skipped): which element stands where, which attributes
// it has, and that the counts are those of the cases.
func checkJUnit(t *testing.T, text string, cases int) {
	t.Helper()
	type problem struct {
		Message *string `xml:"message,attr"`
	}
	type testcase struct {
		Class   string    `xml:"classname,attr"`
		Name    string    `xml:"name,attr"`
		Time    float64   `xml:"time,attr"`
		Errors  []problem `xml:"error"`
		Fails   []problem `xml:"failure"`
		Skipped []problem `xml:"skipped"`
	}
	type testsuite struct {
		Name      string     `xml:"name,attr"`
		Timestamp string     `xml:"timestamp,attr"`
		Host      string     `xml:"hostname,attr"`
		Time      float64    `xml:"time,attr"`
		Tests     int        `xml:"tests,attr"`
		Failures  int        `xml:"failures,attr"`
		Errors    int        `xml:"errors,attr"`
		Skipped   int        `xml:"skipped,attr"`
		Cases     []testcase `xml:"testcase"`
	}
	var doc struct {
		XMLName xml.Name    `xml:"testsuites"`
		Suites  []testsuite `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Suites {
		fails, errs, skips := 0, 0, 0
		for _, c := range s.Cases {
			if len(c.Errors)+len(c.Fails)+len(c.Skipped) > 1 || c.Name == "" || c.Class == "" {
				t.Errorf("testcase %q has several outcomes or no name", c.Name)
			}
			for _, p := range append(append(c.Errors, c.Fails...), c.Skipped...) {
				if p.Message == nil {
					t.Errorf("testcase %q: an outcome without a message", c.Name)
				}
			}
			fails, errs, skips = fails+len(c.Fails), errs+len(c.Errors), skips+len(c.Skipped)
		}
		got := []int{s.Tests, s.Failures, s.Errors, s.Skipped}
		if diff := cmp.Diff([]int{cases, fails, errs, skips}, got); diff != "" || len(s.Cases) != cases {
			t.Errorf("%d cases, counts %s", len(s.Cases), diff)
		}
		if _, err := time.Parse("2006-01-02T15:04:05", s.Timestamp); err != nil || s.Name == "" || s.Host == "" {
			t.Errorf("testsuite %q: %v", s.Name, err)
		}
	}
	checkOrder(t, text)
}

// checkOrder wants the children of testsuite in the schema's sequence.
func checkOrder(t *testing.T, text string) {
	t.Helper()
	rank := map[string]int{"properties": 0, "testcase": 1, "system-out": 2, "system-err": 3}
	dec, depth, last := xml.NewDecoder(strings.NewReader(text)), 0, 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; depth == 2 {
				last = 0
			}
			at, known := rank[e.Name.Local]
			if depth == 3 && (!known || at < last) {
				t.Errorf("%s stands in the wrong place", e.Name.Local)
			}
			if depth == 3 {
				last = at
			}
		case xml.EndElement:
			depth--
		}
	}
}
