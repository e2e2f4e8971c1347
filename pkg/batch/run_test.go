package batch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRunKeepsInputOrder(t *testing.T) {
	cfg := config(t, questions(500))
	model := &asked{}
	s, err := run(t, cfg, caller(model, nil))
	if err != nil {
		t.Fatal(err)
	}
	checkAll(t, cfg.Output, 500)
	if !s.Complete || s.Succeeded != 500 || s.Usage.Output != 1500 || s.Latency.P50 == nil {
		t.Errorf("summary %+v", s)
	}
	want := batch.Record{
		ID: "r7", Output: "echo: r7", FinishReason: llm.FinishStop, Model: "echo-1",
		Usage: &llm.Usage{UncachedInput: 7, Output: 3}, Attempts: 1,
	}
	got := records(t, cfg.Output)[7]
	if got.Latency < 1 || got.TraceID == "" || got.Hash == "" {
		t.Errorf("record %+v; want the millisecond that the model took, a trace id and a hash", got)
	}
	got.Latency, got.TraceID, got.Hash = 0, "", ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

// What a first run wrote is not asked again, whatever it left behind.
func TestResume(t *testing.T) {
	for name, damage := range map[string]func(out string) string{
		"half of it":           func(out string) string { return firstLines(out, 50) },
		"nothing":              func(string) string { return "" },
		"all of it":            func(out string) string { return out },
		"a torn tail":          func(out string) string { return firstLines(out, 50) + `{"id":"r77","output":"ec` },
		"a torn first record":  func(string) string { return `{"id":"r0` },
		"without its last end": func(out string) string { return strings.TrimSuffix(out, "\n") },
		"in another order": func(out string) string {
			lines := strings.SplitAfter(out, "\n")
			return lines[70] + lines[3] + lines[99]
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t, questions(100))
			if _, err := run(t, cfg, caller(&asked{}, nil)); err != nil {
				t.Fatal(err)
			}
			whole, err := os.ReadFile(cfg.Output)
			if err != nil {
				t.Fatal(err)
			}
			kept := damage(string(whole))
			write(t, cfg.Output, kept)
			model := &asked{}
			s, err := run(t, cfg, caller(model, nil))
			if err != nil || !s.Complete {
				t.Fatal(s, err)
			}
			checkAll(t, cfg.Output, 100)
			for i := range 100 {
				id := fmt.Sprintf("r%d", i)
				there := strings.Contains(kept, `{"id":"`+id+`","output":"echo: `+id+`"`) && !strings.HasSuffix(kept, "}") ||
					strings.Contains(kept, `{"id":"`+id+`","output":"echo: `+id+`"`) && id != "r99"
				if want := map[bool]int{true: 0, false: 1}[there]; model.count(id) != want {
					t.Errorf("%s was asked %d times; want %d", id, model.count(id), want)
				}
			}
		})
	}
}

func firstLines(s string, n int) string { return strings.Join(strings.SplitAfter(s, "\n")[:n], "") }

func TestOpenRefuses(t *testing.T) {
	done := func(t *testing.T) batch.Config {
		cfg := config(t, questions(30))
		if _, err := run(t, cfg, caller(&asked{}, nil)); err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	for name, c := range map[string]struct {
		change func(t *testing.T, cfg *batch.Config)
		want   string
	}{
		"another model": {func(_ *testing.T, cfg *batch.Config) { cfg.Settings.Model = "fake/other" }, "out.jsonl:1: it belongs to another batch: its model"},
		"a record that changed": {func(t *testing.T, cfg *batch.Config) {
			write(t, cfg.Input.Path, strings.Replace(questions(30), `"input":"r4"`, `"input":"r5"`, 1))
		}, `in.jsonl:5: the record "r4" has changed`},
		"an input that lacks records": {func(t *testing.T, cfg *batch.Config) { write(t, cfg.Input.Path, questions(28)) }, `it belongs to another batch: in.jsonl has no record "r28", as 1 more`},
		"a file of something else":    {func(t *testing.T, cfg *batch.Config) { write(t, cfg.Output, "notes of mine") }, "out.jsonl:1: it is no output of a batch"},
		"JSON of something else":      {func(t *testing.T, cfg *batch.Config) { write(t, cfg.Output, "{\"a\": 1}") }, "out.jsonl:1: it is no output of a batch: it has no hash"},
		"a record twice": {func(t *testing.T, cfg *batch.Config) {
			data, _ := os.ReadFile(cfg.Output)
			write(t, cfg.Output, string(data)+firstLines(string(data), 1))
		}, `out.jsonl:31: the record "r0" is there twice`},
		"an output that must be new": {func(_ *testing.T, cfg *batch.Config) { cfg.Fresh = true }, "out.jsonl is there already"},
		"the input as output":        {func(_ *testing.T, cfg *batch.Config) { cfg.Output = cfg.Input.Path }, "are the same file"},
		"the output as errors":       {func(_ *testing.T, cfg *batch.Config) { cfg.Errors = cfg.Output }, "are the same file"},
		"a device":                   {func(_ *testing.T, cfg *batch.Config) { cfg.Output = os.DevNull }, "is no regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := done(t)
			c.change(t, &cfg)
			before, _ := os.ReadFile(cfg.Output)
			_, err := run(t, cfg, caller(&asked{}, nil))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v; want %q", err, c.want)
			}
			if after, _ := os.ReadFile(cfg.Output); string(after) != string(before) {
				t.Errorf("the output was changed:\n%s", after)
			}
		})
	}
}

// Mistakes in the input are named and the rest goes on; the file of errors holds what failed.
func TestBadRecords(t *testing.T) {
	input := `{"id":"a","input":"fine"}` + "\n" + `{"id":"b","inp` + "\n" + `{"id":"a","input":"again"}` + "\n" +
		`{"id":"c","imput":"x"}` + "\n" + "\n" + `[1]` + "\n" + "{\"id\":\"d\",\"input\":\"\xff\"}\n" +
		`{"id":"e","input":"fails"}` + "\n" + `{"id":"f","vars":{"x":1}}` + "\n" + `{"input":"no id"}` + "\n" + `{"id":"z","input":"fine too"}`
	cfg := config(t, input)
	cfg.Errors = filepath.Join(filepath.Dir(cfg.Output), "errors.jsonl")
	var problems []string
	cfg.Problem = func(err error) { problems = append(problems, err.Error()) }
	model := &asked{before: func(_ context.Context, q string, _ int) error {
		if q == "fails" {
			return &llm.Error{Kind: llm.KindInvalid, Status: 400}
		}
		return nil
	}}
	cfg.Concurrency = 1
	for range 2 { // the second run has nothing to do and says the same
		problems = nil
		s, err := run(t, cfg, caller(model, nil))
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range records(t, cfg.Output) {
			kind := "ok"
			if r.Error != nil {
				kind = r.Error.Type
			}
			ids = append(ids, r.ID+" "+kind)
		}
		if diff := cmp.Diff([]string{"a ok", "c input", "e invalid_request", "f input", "10 ok", "z ok"}, ids); diff != "" {
			t.Errorf("output (-want +got):\n%s", diff)
		}
		if s.Succeeded != 3 || s.Failed != 3 {
			t.Errorf("%d succeeded and %d failed; want 3 and 3", s.Succeeded, s.Failed)
		}
		failed, err := os.ReadFile(cfg.Errors)
		if err != nil {
			t.Fatal(err)
		}
		want := `{"id":"b","inp` + "\n" + `{"id":"a","input":"again"}` + "\n" + `{"id":"c","imput":"x"}` + "\n" + "[1]\n" +
			"{\"id\":\"d\",\"input\":\"\xff\"}\n" + `{"id":"e","input":"fails"}` + "\n" + `{"id":"f","vars":{"x":1}}` + "\n"
		if diff := cmp.Diff(sorted(want), sorted(string(failed))); diff != "" {
			t.Errorf("file of errors (-want +got):\n%s", diff)
		}
		for _, line := range []string{"in.jsonl:2:", `in.jsonl:3: the id "a" was there before`, "in.jsonl:6:1: a record is a JSON object", "in.jsonl:7: not UTF-8"} {
			if !strings.Contains(strings.Join(problems, "\n"), line) {
				t.Errorf("%q is not among the problems %q", line, problems)
			}
		}
	}
	if model.count("fails") != 1 {
		t.Errorf("what failed was asked %d times", model.count("fails"))
	}
}

func sorted(s string) []string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i := range lines {
		for k := i; k > 0 && lines[k] < lines[k-1]; k-- {
			lines[k], lines[k-1] = lines[k-1], lines[k]
		}
	}
	return lines
}
