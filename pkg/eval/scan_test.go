package eval

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// numbersOnly is what Numbers keeps of a record.
func numbersOnly(r Record) Record {
	r.Output, r.Parts, r.Expected, r.Intent, r.TraceID, r.FinishReason, r.Model, r.Why = "", nil, nil, "", "", "", "", ""
	if r.Error != nil {
		r.Error = &Failure{}
	}
	scores := map[string]Score{}
	for name, s := range r.Scores {
		s.Why = ""
		scores[name] = s
	}
	r.Scores = scores
	return r
}

func fullRecord() Record {
	value, none, cost, weight := 1.0, 0.25, llm.Money(1_234_567), 2.5
	return Record{
		Seq: 7, Case: "ünïcode case", Repeat: 1, Hash: "abc", Output: "a \"quoted\" \\ answer\n", FinishReason: "stop", Model: "m",
		StandIn: llm.StandIn{AnsweredBy: "b/m", Why: `"a/m": server`},
		Parts:   []llm.Part{{Text: "p,]}"}},
		Scores:  map[string]Score{"right": {Value: &value, Pass: true}, "like": {Value: &none, Why: `want "x"`}, "tone": {Unscored: "no answer"}},
		Usage:   &llm.Usage{UncachedInput: 5, CacheRead: 6, CacheWrite: 7, CacheWrite1h: 8, Output: 9, Reasoning: 4}, Cost: &cost,
		Latency: 1_234_000, TTFT: 5_000_000, Attempts: 2, TraceID: "t", Expected: json.RawMessage(`["18", {"a": [1]}]`), Intent: "i",
		Tags: []string{"a", "b"}, Cluster: "c", Weight: &weight, Required: true, Error: &Failure{"server", "x"},
	}
}

func TestNumbers(t *testing.T) {
	dir := t.TempDir()
	full := fullRecord()
	written, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{
		string(written),
		`{ "seq": 1, "CASE": "spelled \u0061nother way", "scores": {"right": {"value": 1e0, "pass": true}}, "usage": null, "cost_usd": null, "new_key": [1] }`,
		`{"seq":2,"case":"plain","hash":"h","output":"","scores":{},"usage":null,"cost_usd":0.1,"latency_ms":0}`,
	}
	if err := os.WriteFile(filepath.Join(dir, casesName), []byte(strings.Join(lines, "\n")+"\n{\"seq\":3,\"case\":\"torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	var got, want []Record
	for r, err := range Numbers(dir) {
		if err != nil {
			t.Fatal(err)
		}
		kept := *r
		kept.Scores = map[string]Score{}
		for name, s := range r.Scores {
			kept.Scores[name] = s
		}
		got = append(got, numbersOnly(kept))
	}
	for r, err := range Records(dir) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, numbersOnly(*r))
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 3 {
		t.Errorf("%d records\n%s", len(got), diff)
	}
	picked, err := Pick(dir, map[string]bool{"ünïcode case": true, "spelled another way": true})
	if err != nil || len(picked) != 2 || picked[0].Output != full.Output {
		t.Errorf("picked %d records, %v", len(picked), err)
	}
}

func TestNumbersNamesABadLine(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, casesName), []byte("{\"case\":\"a\",\"seq\":0}\n{\"case\":\"b\",\"seq\":0x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, err := range Numbers(dir) {
		if err != nil {
			if !strings.Contains(err.Error(), "cases.jsonl:2: malformed record") {
				t.Error(err)
			}
			return
		}
	}
	t.Error("the bad line is passed over")
}

// Whatever encoding/json reads, the lean reader reads alike.
func FuzzNumbers(f *testing.F) {
	written, err := json.Marshal(fullRecord())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(written))
	f.Add(`{"seq":2,"case":"plain","hash":"h","output":"\\","scores":{"a":{"value":-0.5e1,"pass":false}},"usage":null,"cost_usd":0.1,"tags":[]}`)
	f.Add(`{"case":"x","case":"y","expected":{"a":"}"},"weight":null,"usage":{"input_tokens":1,"output_tokens":2}}`)
	f.Fuzz(func(t *testing.T, line string) {
		var want Record
		wantErr := json.Unmarshal([]byte(line), &want)
		got, err := (&lean{names: map[string]string{}}).record([]byte(line))
		if wantErr != nil {
			return // an error inside of what is skipped is not looked for
		}
		if err != nil {
			t.Fatalf("%v, and encoding/json reads it", err)
		}
		if diff := cmp.Diff(numbersOnly(want), numbersOnly(*got)); diff != "" {
			t.Fatal(diff)
		}
	})
}
