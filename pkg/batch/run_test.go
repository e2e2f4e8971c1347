package batch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
		Usage: &llm.Usage{UncachedInput: 7, Output: 3}, Latency: 1, Attempts: 1,
	}
	got := records(t, cfg.Output)[7]
	got.TraceID, got.Hash = "", ""
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

// A tenth of the answers are 429 and a tenth 500: each record gets its one answer.
func TestFaultsAreRetried(t *testing.T) {
	cfg := config(t, questions(1000))
	cfg.Concurrency = 16
	cfg.Throttle = batch.NewThrottle(batch.ThrottleConfig{Concurrency: 16})
	model := &asked{before: func(_ context.Context, q string, n int) error {
		switch (len(q)*31 + int(q[len(q)-1])*7 + int(q[len(q)/2])*3 + n*5) % 10 {
		case 0:
			return &llm.Error{Kind: llm.KindRateLimit, Status: 429}
		case 1:
			return &llm.Error{Kind: llm.KindServer, Status: 500}
		}
		return nil
	}}
	s, err := run(t, cfg, caller(model, cfg.Throttle))
	if err != nil {
		t.Fatal(err)
	}
	checkAll(t, cfg.Output, 1000)
	if s.Failed != 0 || s.Retries == 0 || s.Limited == 0 || s.Sent != int64(1000+s.Retries) {
		t.Errorf("%d failed, %d retries, %d limited, %d sent", s.Failed, s.Retries, s.Limited, s.Sent)
	}
}

// A stopped run lets calls on the wire finish, drops those that wait, and goes on with the rest.
func TestStopDrains(t *testing.T) {
	for name, grace := range map[string]time.Duration{"with time": time.Minute, "without": 0} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t, questions(100))
			cfg.Grace = grace
			cfg.Throttle = batch.NewThrottle(batch.ThrottleConfig{Concurrency: 4})
			ctx, stop := context.WithCancelCause(context.Background())
			signal := errors.New("a signal")
			release := make(chan struct{})
			model := &asked{before: func(ctx context.Context, q string, _ int) error {
				switch q {
				case "r10":
					stop(signal)
					if grace > 0 {
						time.AfterFunc(time.Millisecond, func() { close(release) })
					}
					fallthrough
				case "r9", "r8":
					select {
					case <-release:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				return nil
			}}
			job, err := batch.Open(cfg)
			if err != nil {
				t.Fatal(err)
			}
			s, err := job.Run(ctx, caller(model, cfg.Throttle))
			if !errors.Is(err, signal) || s.Complete {
				t.Fatalf("%+v, %v; want the signal", s, err)
			}
			if err := job.Close(); err != nil {
				t.Fatal(err)
			}
			finished := map[string]bool{}
			for _, r := range records(t, cfg.Output) {
				finished[r.ID] = true
			}
			if finished["r10"] != (grace > 0) {
				t.Errorf("r10 finished: %v", finished["r10"])
			}
			next := &asked{}
			if _, err := run(t, cfg, caller(next, nil)); err != nil {
				t.Fatal(err)
			}
			checkAll(t, cfg.Output, 100)
			for id := range finished {
				if next.count(id) != 0 {
					t.Errorf("%s was finished and asked again", id)
				}
			}
		})
	}
}

func TestFatalErrorsStop(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		max  string
		want error
	}{
		"a used-up account":   {&llm.Error{Kind: llm.KindQuota, Status: 429, Code: "insufficient_quota"}, "", llm.ErrQuota},
		"a refused key":       {&llm.Error{Kind: llm.KindAuth, Status: 401}, "", llm.ErrAuth},
		"failures from first": {&llm.Error{Kind: llm.KindInvalid, Status: 400}, "", batch.ErrTooMany},
		"a bound":             {&llm.Error{Kind: llm.KindInvalid, Status: 400}, "3", batch.ErrTooMany},
		"a share":             {&llm.Error{Kind: llm.KindInvalid, Status: 400}, "5%", batch.ErrTooMany},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t, questions(200))
			var err error
			if cfg.MaxErrors, err = batch.ParseMaxErrors(c.max); err != nil {
				t.Fatal(err)
			}
			s, err := run(t, cfg, caller(&asked{before: func(context.Context, string, int) error { return c.err }}, nil))
			if !errors.Is(err, c.want) || s == nil || s.Complete {
				t.Fatalf("%+v, %v; want %v", s, err, c.want)
			}
			if c.want != batch.ErrTooMany && s.Records != 0 {
				t.Errorf("%d records were written; they could never be asked again", s.Records)
			}
			if s.Records > 60 {
				t.Errorf("it stopped after %d records", s.Records)
			}
		})
	}
}

func TestTwoRunsOfOneOutput(t *testing.T) {
	cfg := config(t, questions(10))
	entered, leave := make(chan struct{}), make(chan struct{})
	once := false
	cfg.Concurrency = 1
	model := &asked{before: func(context.Context, string, int) error {
		if !once {
			once = true
			close(entered)
			<-leave
		}
		return nil
	}}
	done := make(chan error)
	go func() {
		_, err := run(t, cfg, caller(model, nil))
		done <- err
	}()
	<-entered
	if _, err := run(t, cfg, caller(&asked{}, nil)); err == nil || !strings.Contains(err.Error(), "written by another process") {
		t.Errorf("error %v", err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Error(err)
	}
	checkAll(t, cfg.Output, 10)
}

// A mistake that keeps every record from being sent is found before anything is written.
func TestPreflightLeavesNothing(t *testing.T) {
	for name, c := range map[string]struct{ input, want string }{
		"empty":    {"\n\n", "there is no record in it"},
		"no input": {`{"id":"a"}`, "neither input nor messages"},
		"no model": {`{"id":"a","input":"x"}`, "no model is named"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t, c.input)
			cfg.Settings.Model = ""
			_, err := run(t, cfg, caller(&asked{}, nil))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v; want %q", err, c.want)
			}
			if _, err := os.Stat(cfg.Output); !os.IsNotExist(err) {
				t.Errorf("there is an output: %v", err)
			}
		})
	}
}

func TestStandardInput(t *testing.T) {
	cfg := config(t, "")
	cfg.Input = batch.Input{Name: "standard input", Reader: strings.NewReader(questions(30))}
	if _, err := run(t, cfg, caller(&asked{}, nil)); err != nil {
		t.Fatal(err)
	}
	checkAll(t, cfg.Output, 30)
	cfg.Input.Reader = strings.NewReader(questions(20))
	if _, err := run(t, cfg, caller(&asked{}, nil)); err == nil || !strings.Contains(err.Error(), `has no record "r20"`) {
		t.Errorf("error %v", err)
	}
}

func TestContextWindow(t *testing.T) {
	cfg := config(t, `{"id":"long","input":"`+strings.Repeat("many words ", 2000)+`"}`+"\n"+`{"id":"short","input":"few"}`)
	cfg.Throttle = batch.NewThrottle(batch.ThrottleConfig{Concurrency: 2, Window: func(string) int64 { return 1000 }})
	model := &asked{}
	if _, err := run(t, cfg, caller(model, cfg.Throttle)); err != nil {
		t.Fatal(err)
	}
	got := records(t, cfg.Output)
	if got[0].Error == nil || got[0].Error.Type != "context_window" || got[1].Error != nil || len(model.counts) != 1 {
		t.Errorf("records %+v; %d sent", got, len(model.counts))
	}
}
