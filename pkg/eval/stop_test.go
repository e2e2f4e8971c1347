package eval

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// What cannot be right is found before the first call, and nothing is written.
func TestNothingIsWrittenForNothing(t *testing.T) {
	question := "prompt: {inline: '{{question}}'}\ncases: c.jsonl\n"
	tests := []struct {
		name, suite, cases, model, want string
	}{
		{"missing variable", question, `{"id": "a", "vars": {"qestion": "x"}}`, "", "c.jsonl:1: case a: "},
		{"broken template", "prompt: {inline: '{{#open}}'}\ncases: c.jsonl\n", oneCase, "", "suite.yaml: "},
		{"no registry", "prompt: a@^1\ncases: c.jsonl\n", oneCase, "", "prompt a@^1: there is no prompt registry"},
		{"no recording", "cases: c.jsonl\n", oneCase, "replay/x", `no recording "x"`},
		{"no question", "cases: c.jsonl\n", `{"id": "a", "expected": "x"}`, "", "case a: it has neither input nor messages"},
		{"a bad line after good ones", "cases: c.jsonl\n", oneCase + "{", "", "c.jsonl:2:2: malformed JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mustSuite(t, map[string]string{suiteName: tt.suite, "c.jsonl": tt.cases})
			root := filepath.Join(t.TempDir(), "runs")
			calls := callerFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
				t.Error("a call was made")
				return answering(""), nil
			})
			_, err := Run(t.Context(), s, Config{Caller: calls, Root: root, Model: tt.model})
			var d *diag.Error
			if !errors.As(err, &d) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want a *diag.Error with %q", err, tt.want)
			}
			if _, err := os.Stat(root); !os.IsNotExist(err) {
				t.Error("the run directory is there")
			}
		})
	}
}

func TestFatalErrorsEndTheRun(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": numbered(1000)})
	for kind, most := range map[llm.ErrorKind]int64{llm.KindAuth: 10, llm.KindQuota: 10, llm.KindConnection: 40} {
		var calls atomic.Int64
		caller := callerFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
			calls.Add(1)
			return nil, &llm.Error{Kind: kind, Provider: "p"}
		})
		root := t.TempDir()
		out, err := Run(t.Context(), s, Config{Caller: caller, Root: root, Concurrency: 4})
		if !errors.Is(err, &llm.Error{Kind: kind}) && !isProvider(err) {
			t.Errorf("%s: got %v", kind, err)
		}
		if calls.Load() > most {
			t.Errorf("%s: %d calls were made", kind, calls.Load())
		}
		if out.Info.Status != StatusInterrupted || out.Result.Valid {
			t.Errorf("%s: %s", kind, out.Info.Status)
		}
		if runs, err := Runs(root); err != nil || (kind == llm.KindAuth) != (len(runs) == 0) && kind != llm.KindQuota {
			t.Errorf("%s: %d runs, %v", kind, len(runs), err)
		}
	}
}

// The first Ctrl-C keeps what is done; resuming makes each of the other calls once.
func TestStopAndResume(t *testing.T) {
	const n, stopAt = 60, 20
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": numbered(n)})
	root := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	asked := map[string]int{}
	caller := callerFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return answering("ok"), nil
	})
	count := func(p Progress) {
		if p.Done == stopAt {
			cancel()
		}
	}
	out, err := Run(ctx, s, Config{Caller: caller, Root: root, Concurrency: 4, Progress: count})
	if !errors.Is(err, context.Canceled) || out.Info.Status != StatusInterrupted || out.Result.Valid {
		t.Fatalf("got %v, status %s", err, out.Info.Status)
	}
	kept := out.Result.Metrics[0].N
	if kept < stopAt || kept == n || out.Result.Errors != 0 {
		t.Errorf("%d answers were kept, %d errors", kept, out.Result.Errors)
	}

	again := callerFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		asked[req.Case]++
		return answering("ok"), nil
	})
	out, err = Run(t.Context(), s, Config{Caller: again, Root: root, Concurrency: 1, Resume: out.Info.ID})
	if err != nil || out.Info.Status != StatusComplete || !out.Result.Valid || out.Result.Metrics[0].N != n || len(asked) != n-kept {
		t.Errorf("%v, %s, %s, %d calls for the %d left", err, out.Info.Status, out.Result.Invalid, len(asked), n-kept)
	}
	if runs, err := Runs(root); err != nil || len(runs) != 1 || runs[0].Totals.Metrics[0].N != n {
		t.Errorf("runs %+v, %v", runs, err)
	}
	s.Model = "other/model"
	if _, err := Run(t.Context(), s, Config{Caller: again, Root: root, Resume: out.Info.ID}); err == nil || !strings.Contains(err.Error(), "its model was another") {
		t.Errorf("got %v", err)
	}
	if _, err := Run(t.Context(), s, Config{Caller: again, Root: root, Resume: "none"}); err == nil {
		t.Error("a run that is not there was resumed")
	}
}
