package eval

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

const matrixSuite = `
prompts: [{inline: "a {{q}}"}, {inline: "b {{q}}"}]
models: [m/x, m/y]
params: {temperature: [0, 0.5]}
cases: c.jsonl
scorers: [{type: exact}]
`

// questions writes cases with a variable.
func questions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id": "c%d", "vars": {"q": "%d"}, "expected": "a 1"}`+"\n", i, i)
	}
	return b.String()
}

func TestCells(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: matrixSuite, "c.jsonl": questions(1)})
	names := func(over Over) (list []string) {
		cells, err := s.Cells(over)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cells {
			list = append(list, c.Name)
		}
		return list
	}
	want := []string{
		"inline prompt 1 · m/x · temperature=0", "inline prompt 1 · m/x · temperature=0.5", "inline prompt 1 · m/y · temperature=0",
		"inline prompt 1 · m/y · temperature=0.5", "inline prompt 2 · m/x · temperature=0", "inline prompt 2 · m/x · temperature=0.5",
		"inline prompt 2 · m/y · temperature=0", "inline prompt 2 · m/y · temperature=0.5",
	}
	if diff := cmp.Diff(want, names(Over{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{""}, names(Over{Prompts: []string{"p"}, Models: []string{"m"}, Params: []string{"temperature=1"}})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"temperature=0, seed=1", "temperature=0, seed=2", "temperature=0.5, seed=1", "temperature=0.5, seed=2"},
		names(Over{Prompts: []string{"p"}, Models: []string{"m"}, Params: []string{"seed=1,2"}})); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []Over{{Params: []string{"temperature"}}, {Params: []string{"max_tokens=many"}}, {Params: []string{"stop=x"}}, {Models: []string{"m", "m"}}} {
		if _, err := s.Cells(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestBadParams(t *testing.T) {
	for params, want := range map[string]string{
		"{temprature: 1}":       `suite.yaml:1:10: unknown key "temprature" under params`,
		"{temperature: warm}":   "suite.yaml:1:23: params.temperature has not the kind of value that it wants",
		"[1]":                   "params wants a mapping, or a list of them",
		"{seed: []}":            "params stand for 0 runs",
		"{seed: 1, seed: 2}":    "", // the YAML parser's own
		"[{seed: 1}, {top: 1}]": `unknown key "top" under params`,
	} {
		_, err := suiteOf(t, map[string]string{suiteName: "params: " + params + "\ncases: c.jsonl\n"})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", params, err, want)
		}
	}
}

// The runs of a matrix share the calls that may be under way, each has its own directory, and every cell asks
// what it is to ask.
func TestMatrix(t *testing.T) {
	const n, most = 30, 5
	s := mustSuite(t, map[string]string{suiteName: matrixSuite, "c.jsonl": questions(n)})
	var open, peak atomic.Int64
	var mu sync.Mutex
	asked := map[string]int{}
	caller := callerFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		now := open.Add(1)
		defer open.Add(-1)
		for was := peak.Load(); now > was && !peak.CompareAndSwap(was, now); was = peak.Load() {
		}
		time.Sleep(time.Millisecond)
		text := strings.TrimSpace(req.Messages[0].Text())
		mu.Lock()
		asked[fmt.Sprint(req.Model, " ", *req.Temperature, " ", text[:1])]++
		mu.Unlock()
		return answering(text), nil
	})
	cells, err := s.Cells(Over{})
	if err != nil {
		t.Fatal(err)
	}
	var last Progress
	root := t.TempDir()
	m, err := RunMatrix(t.Context(), s, cells, Config{Caller: caller, Root: root, Concurrency: most, Tag: "t", Progress: func(p Progress) { last = p }})
	if err != nil {
		t.Fatal(err)
	}
	if peak.Load() > most {
		t.Errorf("%d calls were under way, of at most %d", peak.Load(), most)
	}
	if len(asked) != 8 {
		t.Errorf("asked %v", asked)
	}
	for what, times := range asked {
		if times != n {
			t.Errorf("%s: %d calls", what, times)
		}
	}
	if last.Total != 8*n || last.Done != 8*n {
		t.Errorf("progress %+v", last)
	}
	for i, r := range m.Runs {
		if r.Err != nil || r.Outcome.Info.Matrix.ID != m.ID || r.Outcome.Info.Matrix.Cell != i || r.Outcome.Info.Tag != fmt.Sprintf("t-%d", i+1) || r.Outcome.Result.Cases != n {
			t.Errorf("run %d: %v, %+v", i, r.Err, r.Outcome.Info)
		}
	}
	if runs, err := Runs(root); err != nil || len(runs) != 8 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
}

// What is left of a matrix is done, in the cells that were begun and in the others, and nothing twice.
func TestResumeMatrix(t *testing.T) {
	const n, stopAt = 20, 70
	s := mustSuite(t, map[string]string{suiteName: matrixSuite, "c.jsonl": questions(n)})
	var mu sync.Mutex
	asked := map[string]int{}
	caller := callerFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		asked[fmt.Sprint(req.Model, *req.Temperature, req.Messages[0].Text())]++
		return answering("ok"), nil
	})
	cells, err := s.Cells(Over{})
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	m, err := RunMatrix(ctx, s, cells, Config{Caller: caller, Root: root, Concurrency: 1, Progress: func(p Progress) {
		if p.Done == stopAt {
			cancel()
		}
	}})
	if err != nil || !errors.Is(m.Runs[7].Err, context.Canceled) {
		t.Fatalf("%v, %v", err, m.Runs[7].Err)
	}
	found, begun, suite, ok := FindMatrix(root, m.ID)
	if !ok || suite != s.Name || len(begun) < 3 || len(begun) > 5 {
		t.Fatalf("%t, %v", ok, begun)
	}
	if diff := cmp.Diff(cells, found); diff != "" {
		t.Error(diff)
	}
	m, err = RunMatrix(t.Context(), s, found, Config{Caller: caller, Root: root, Concurrency: 3, Resume: m.ID})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range m.Runs {
		if r.Err != nil || !r.Outcome.Result.Valid {
			t.Errorf("run %d: %v, %s", i, r.Err, r.Outcome.Result.Invalid)
		}
	}
	for what, times := range asked {
		if times != 1 {
			t.Errorf("%s was asked %d times", what, times)
		}
	}
	if len(asked) != 8*n {
		t.Errorf("%d questions were asked", len(asked))
	}
}

// A mistake in one cell is found before any call of another.
func TestMatrixIsCheckedFirst(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "prompts: [{inline: '{{q}}'}, {inline: '{{other}}'}]\ncases: c.jsonl\n", "c.jsonl": questions(1)})
	cells, err := s.Cells(Over{})
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "runs")
	caller := callerFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		t.Error("a call was made")
		return answering(""), nil
	})
	if _, err := RunMatrix(t.Context(), s, cells, Config{Caller: caller, Root: root}); err == nil || !strings.Contains(err.Error(), "inline prompt 2") {
		t.Errorf("got %v", err)
	}
}
