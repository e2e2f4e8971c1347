package batch_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

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

// A limit of a day is used up: the run ends before records are failed one by one, and goes on later.
func TestLongWaitStops(t *testing.T) {
	cfg := config(t, questions(50))
	cfg.LongWait = time.Minute
	down := true
	model := &asked{before: func(_ context.Context, q string, _ int) error {
		if down && len(q) == 3 { // from r10 on
			return &llm.Error{Kind: llm.KindRateLimit, Status: 429, RetryAfter: 7 * time.Hour}
		}
		return nil
	}}
	s, err := run(t, cfg, caller(model, nil))
	if !errors.Is(err, batch.ErrLongWait) || !errors.Is(err, llm.ErrRateLimit) {
		t.Fatalf("got %v; want ErrLongWait", err)
	}
	if s.Failed != 0 || s.Succeeded > 10 || s.Complete {
		t.Errorf("%d succeeded, %d failed, complete %v", s.Succeeded, s.Failed, s.Complete)
	}
	down = false
	if s, err = run(t, cfg, caller(model, nil)); err != nil || !s.Complete {
		t.Fatalf("going on: %v", err)
	}
	checkAll(t, cfg.Output, 50)
}
