package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

const defaultFailed = 5

// failed lists the first cases that did not pass: expected, got and why.
func (t text) failed() error {
	limit := t.run.Failed
	if limit == 0 {
		limit = defaultFailed
	}
	if t.run.Outcome.Dir == "" || limit < 0 {
		return nil
	}
	more := 0
	var list []*eval.Record
	for r, err := range eval.Records(t.run.Outcome.Dir) {
		switch {
		case err != nil:
			return err
		case r.Passed():
		case len(list) < limit:
			list = append(list, r)
		default:
			more++
		}
	}
	for _, r := range list {
		t.record(r)
	}
	if more > 0 {
		t.line("")
		t.line(t.style.faint(count(more, "more answer") + " did not pass: " + termsafe.Line(t.casesFile())))
	}
	return nil
}

func (t text) casesFile() string {
	if t.run.Dir != "" {
		return t.run.Dir + "/cases.jsonl"
	}
	return t.run.Outcome.Dir + "/cases.jsonl"
}

// record shows one failed answer.
func (t text) record(r *eval.Record) {
	t.line("")
	id := termsafe.Line(r.Case)
	if r.Repeat > 0 {
		id += fmt.Sprintf(", repeat %d", r.Repeat+1)
	}
	t.line(t.style.bad("✗ ") + t.style.bold(id))
	if len(r.Expected) > 0 {
		t.field("expected", plain(r.Expected))
	}
	if r.Output != "" || r.Error == nil {
		t.field("got", r.Output)
	}
	if in := r.StandIn.String(); in != "" {
		t.field("by", in)
	}
	if r.Error != nil {
		t.field("error", r.Error.Message)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(r.Scores)) {
		if s := r.Scores[name]; s.Unscored != "" {
			t.field(name, "unscored: "+s.Unscored)
		} else if !s.Pass {
			t.field(name, s.Why)
		}
	}
}

// field writes a name and a text, made safe and kept to one line.
func (t text) field(name, value string) {
	name = shorten(termsafe.Line(name), 16)
	if value == "" {
		value = "(nothing)"
	}
	label := fmt.Sprintf("  %-10s ", name)
	t.line(t.style.faint(label) + shorten(termsafe.Line(value), t.style.width()-max(13, len([]rune(label)))))
}

// plain is a JSON text's own text, and the JSON of anything else.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
