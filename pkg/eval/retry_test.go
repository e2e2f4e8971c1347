package eval

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// flaky is a suite of 40 cases of which four calls fail and the judge of eight other answers, as long as they are
// down; and how often each was asked.
type flaky struct {
	s             *Suite
	cfg           Config
	down          atomic.Bool
	asked, judged atomic.Int64
}

func newFlaky(t *testing.T) *flaky {
	t.Helper()
	f := &flaky{s: mustSuite(t, map[string]string{
		suiteName: "cases: c.jsonl\nmax_unscored: 0.5\nscorers: [{type: judge, criteria: c}, {type: exact}]\n",
		"c.jsonl": numbered(40),
	})}
	f.down.Store(true)
	f.cfg = Config{
		Root: t.TempDir(), Concurrency: 4,
		Caller: callerFunc(func(_ context.Context, r *llm.Request) (*llm.Response, error) {
			f.asked.Add(1)
			if f.down.Load() && strings.HasSuffix(r.Case, "3") {
				return nil, &llm.Error{Kind: llm.KindServer, Provider: "p"}
			}
			return answering(r.Case), nil
		}),
		Tools: judgeTools(nil),
	}
	f.cfg.Tools.Judge = func(_ context.Context, a score.Ask) (*score.Reply, error) {
		f.judged.Add(1)
		if f.down.Load() && (strings.HasSuffix(a.Case, "5") || strings.HasSuffix(a.Case, "0")) {
			return nil, &llm.Error{Kind: llm.KindServer, Provider: "judge"}
		}
		return &score.Reply{Response: answering(`{"score": 5}`)}, nil
	}
	return f
}

// A retry asks again where a call failed, judges again where the judge did, and leaves all else.
func TestRetry(t *testing.T) {
	f := newFlaky(t)
	out, err := Run(t.Context(), f.s, f.cfg)
	if err != nil || out.Result.Errors != 4 || out.Result.Metrics[0].Unscored != 12 {
		t.Fatalf("%v %+v", err, out.Result)
	}
	before := readFile(t, filepath.Join(out.Dir, casesName))
	again := f.cfg
	again.Resume = out.Info.ID

	// Without a retry nothing is left to do.
	f.asked.Store(0)
	f.judged.Store(0)
	if out, err = Run(t.Context(), f.s, again); err != nil || f.asked.Load() != 0 || out.Result.Errors != 4 {
		t.Fatalf("%v, %d calls, %+v", err, f.asked.Load(), out.Result)
	}
	again.Retry = true

	// While it is down still, the failures stay what they are.
	if out, err = Run(t.Context(), f.s, again); err != nil || f.asked.Load() != 4 || out.Result.Errors != 4 || out.Result.Metrics[0].Unscored != 12 {
		t.Fatalf("%v, %d calls, %+v", err, f.asked.Load(), out.Result)
	}

	f.down.Store(false)
	f.asked.Store(0)
	f.judged.Store(0)
	var kept atomic.Int64
	again.Kept = func(*Record) { kept.Add(1) }
	out, err = Run(t.Context(), f.s, again)
	if err != nil || out.Result.Errors != 0 || out.Result.Metrics[0].N != 40 || !out.Result.Valid {
		t.Fatalf("%v %+v", err, out.Result)
	}
	if f.asked.Load() != 4 || f.judged.Load() != 12 || kept.Load() != 40 {
		t.Errorf("%d calls, %d verdicts, %d records", f.asked.Load(), f.judged.Load(), kept.Load())
	}
	seen := recordsInOrder(t, out.Dir, 40)
	same := 0
	for _, line := range strings.Split(before, "\n") {
		if line != "" && strings.Contains(seen, line) {
			same++
		}
	}
	if same != 28 {
		t.Errorf("%d of 28 records that were well are as they were", same)
	}
	if _, err := os.Stat(filepath.Join(out.Dir, retriedName)); !os.IsNotExist(err) {
		t.Error("the retry's file is still there")
	}
}

// recordsInOrder gives a run's cases.jsonl and checks that it holds each record once, in order.
func recordsInOrder(t *testing.T, dir string, n int) string {
	t.Helper()
	next := 0
	for rec, err := range Records(dir) {
		if err != nil || rec.Seq != next {
			t.Fatalf("record %d: %v %v", next, rec, err)
		}
		next++
	}
	if next != n {
		t.Fatalf("%d records, want %d", next, n)
	}
	return readFile(t, filepath.Join(dir, casesName))
}

// A process that is killed during a retry has changed no record; what it made anew is taken in later, and not made
// a third time.
func TestKilledRetry(t *testing.T) {
	f := newFlaky(t)
	out, err := Run(t.Context(), f.s, f.cfg)
	if err != nil {
		t.Fatal(err)
	}
	before := readFile(t, filepath.Join(out.Dir, casesName))
	d, _, err := openDir(f.cfg.Root, out.Info.ID, func(*Record, line) {})
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range Records(out.Dir) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Case == "c3" || rec.Case == "c13" {
			rec.Error, rec.Output = nil, "made anew"
			rec.Scores = map[string]Score{"exact": {Value: new(float64)}}
			if err := d.replace(rec); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(d.file.Close(), d.redone.Close()); err != nil { // as the kernel does it
		t.Fatal(err)
	}
	if now := readFile(t, filepath.Join(out.Dir, casesName)); now != before {
		t.Error("the records were changed")
	}
	path := filepath.Join(out.Dir, retriedName)
	made := strings.Count(readFile(t, path), "\n")
	writeFile(t, path, readFile(t, path)+`{"seq":3,"case":`) // in the middle of a write

	f.down.Store(false)
	f.asked.Store(0)
	again := f.cfg
	again.Resume, again.Retry = out.Info.ID, true
	if out, err = Run(t.Context(), f.s, again); err != nil || out.Result.Errors != 0 {
		t.Fatalf("%v %+v", err, out.Result)
	}
	if want := 4 - made; made == 0 || int(f.asked.Load()) != want {
		t.Errorf("%d calls, want %d", f.asked.Load(), want)
	}
	if n := strings.Count(recordsInOrder(t, out.Dir, 40), "made anew"); n != made {
		t.Errorf("%d of %d records were taken in", n, made)
	}
}

// A retry that is stopped counts what it did not come to as it was.
func TestStoppedRetry(t *testing.T) {
	f := newFlaky(t)
	out, err := Run(t.Context(), f.s, f.cfg)
	if err != nil {
		t.Fatal(err)
	}
	f.down.Store(false)
	ctx, cancel := context.WithCancel(t.Context())
	again := f.cfg
	again.Resume, again.Retry, again.Concurrency = out.Info.ID, true, 1
	answer := again.Caller
	again.Caller = callerFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		cancel()
		return nil, context.Canceled
	})
	if out, err = Run(ctx, f.s, again); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	recordsInOrder(t, out.Dir, 40)
	if out.Result.Errors != 4 || out.Result.Cases != 40 || out.Info.Status != StatusInterrupted {
		t.Errorf("%+v", out.Result)
	}
	again.Caller = answer
	if out, err = Run(t.Context(), f.s, again); err != nil || out.Result.Errors != 0 || !out.Result.Valid {
		t.Errorf("%v %+v", err, out.Result)
	}
}

// A run that is resumed for another task is another run.
func TestResumeComparesTasks(t *testing.T) {
	f := newFlaky(t)
	out, err := Run(t.Context(), f.s, f.cfg)
	if err != nil {
		t.Fatal(err)
	}
	f.s.Task = "summaries"
	again := f.cfg
	again.Resume = out.Info.ID
	if _, err = Run(t.Context(), f.s, again); err == nil || !strings.Contains(err.Error(), "its task was another") {
		t.Errorf("got %v", err)
	}
}
