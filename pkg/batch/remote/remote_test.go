package remote_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/internal/batchserver"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

const (
	gpt    = "openai/gpt-4o-mini"
	claude = "anthropic/claude-sonnet-4-5"
)

func models(t *testing.T, f func(t *testing.T, model string)) {
	for _, m := range []string{gpt, claude} {
		t.Run(strings.Split(m, "/")[0], func(t *testing.T) { f(t, m) })
	}
}

func TestWhole(t *testing.T) {
	models(t, func(t *testing.T, model string) {
		s, b := batchserver.New(t), &book{}
		c, w := client(s.URL, 4, b), newWork(t, model, questions(10)...)
		state := submit(t, c, w)
		if got := s.Sizes(); !slices.Equal(got, []int{4, 4, 2}) || !state.Submitted() {
			t.Errorf("parts of %v requests, submitted %t; want 4, 4 and 2", got, state.Submitted())
		}
		if _, err := os.Stat(remote.StatePath(w.out) + ".parts"); err == nil {
			t.Error("the parts are left on the disk")
		}
		res := fetch(t, c, w)
		want := []string{}
		for i := range 10 {
			want = append(want, fmt.Sprintf("q%d echo: question %d", i, i))
		}
		if diff := cmp.Diff(want, told(w.records(t))); diff != "" || !res.Complete {
			t.Errorf("complete %t, records (-want +got):\n%s", res.Complete, diff)
		}
		r := w.records(t)[3]
		if *r.Cost != 1200 || r.Usage.Input() != 1000 || r.FinishReason != llm.FinishStop || r.Attempts != 1 || r.TraceID == "" {
			t.Errorf("record %+v; want the cost, the usage and the rest of a live call", r)
		}
		before, _ := os.ReadFile(w.out)
		fetch(t, c, w)
		submit(t, c, w)
		if after, _ := os.ReadFile(w.out); string(after) != string(before) || len(b.records) != 10 || b.twice != 0 {
			t.Errorf("fetched again: changed %t, %d calls in the ledger, %d twice", string(after) != string(before), len(b.records), b.twice)
		}
		if _, n := s.Counts(); n != 3 {
			t.Errorf("%d batches at the provider, want 3", n)
		}
	})
}

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults batchserver.Faults
		model  string
		want   []string
	}{
		{"partial failure, openai", batchserver.Faults{Errors: map[string]int{"q1": 400}}, gpt, []string{"q0 echo: question 0", "q1 !invalid_request", "q2 echo: question 2"}},
		{"partial failure, anthropic", batchserver.Faults{Errors: map[string]int{"q1": 400}}, claude, []string{"q0 echo: question 0", "q1 !context_window", "q2 echo: question 2"}},
		{"expiry, openai", batchserver.Faults{End: "expired", Done: 1}, gpt, []string{"q0 echo: question 0", "q1 !expired", "q2 !expired"}},
		{"expiry, anthropic", batchserver.Faults{End: "expired", Done: 1}, claude, []string{"q0 echo: question 0", "q1 !expired", "q2 !expired"}},
		{"refused as a whole", batchserver.Faults{End: "failed"}, gpt, []string{"q0 !invalid_request", "q1 !invalid_request", "q2 !invalid_request"}},
		{"429 on create", batchserver.Faults{Deny: 2}, gpt, []string{"q0 echo: question 0", "q1 echo: question 1", "q2 echo: question 2"}},
		{"429 on create, anthropic", batchserver.Faults{Deny: 2}, claude, []string{"q0 echo: question 0", "q1 echo: question 1", "q2 echo: question 2"}},
		{"the answer to create is lost", batchserver.Faults{Drop: 1}, gpt, []string{"q0 echo: question 0", "q1 echo: question 1", "q2 echo: question 2"}},
		{"the answer to create is lost, anthropic", batchserver.Faults{Drop: 1}, claude, []string{"q0 echo: question 0", "q1 echo: question 1", "q2 echo: question 2"}},
		{"strangers and doubles", batchserver.Faults{Unknown: 2, Twice: true}, gpt, []string{"q0 echo: question 0", "q1 echo: question 1", "q2 echo: question 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, b := batchserver.New(t), &book{}
			s.Set(tt.faults)
			c, w := client(s.URL, 0, b), newWork(t, tt.model, questions(3)...)
			submit(t, c, w)
			res := fetch(t, c, w)
			if diff := cmp.Diff(tt.want, told(w.records(t))); diff != "" || !res.Complete {
				t.Errorf("complete %t, records (-want +got):\n%s", res.Complete, diff)
			}
			if _, n := s.Counts(); n != 1 {
				t.Errorf("%d batches at the provider, want one", n)
			}
			if tt.faults.Unknown > 0 && (res.Unknown != 4 || res.Twice != 3) {
				t.Errorf("%d unknown and %d double results, want 4 and 3", res.Unknown, res.Twice)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	models(t, func(t *testing.T, model string) {
		s := batchserver.New(t)
		s.Set(batchserver.Faults{Stall: true, Done: 1})
		c, w := client(s.URL, 0, nil), newWork(t, model, questions(3)...)
		submit(t, c, w)
		if res := fetch(t, c, w); res.Complete || len(w.records(t)) != 0 {
			t.Errorf("fetched %d records of a batch in progress", len(w.records(t)))
		}
		if state, err := c.Cancel(t.Context(), w.out); err != nil || state.Parts[0].Batch.Status != remote.Canceling {
			t.Fatalf("canceled: %v, %v", state.Parts[0].Batch, err)
		}
		fetch(t, c, w)
		if diff := cmp.Diff([]string{"q0 echo: question 0", "q1 !canceled", "q2 !canceled"}, told(w.records(t))); diff != "" {
			t.Errorf("records (-want +got):\n%s", diff)
		}
	})
}

func TestBrokenDownloads(t *testing.T) {
	models(t, func(t *testing.T, model string) {
		s := batchserver.New(t)
		s.Set(batchserver.Faults{Cut: 100})
		c, w := client(s.URL, 0, &book{}), newWork(t, model, questions(50)...)
		submit(t, c, w)
		_, err := c.Fetch(t.Context(), w.out, remote.FetchOptions{})
		if !errors.Is(err, llm.ErrTruncated) {
			t.Fatalf("a download that breaks off: %v, want a truncated one", err)
		}
		if n := len(w.records(t)); n == 0 || n >= 50 {
			t.Errorf("%d records written of a half, want some", n)
		}
		s.Set(batchserver.Faults{})
		if res := fetch(t, c, w); !res.Complete || len(w.records(t)) != 50 {
			t.Errorf("complete %t with %d records", res.Complete, len(w.records(t)))
		}
	})
}

func TestMissingResults(t *testing.T) {
	s := batchserver.New(t)
	s.Set(batchserver.Faults{Omit: 2})
	c, w := client(s.URL, 0, nil), newWork(t, gpt, questions(5)...)
	submit(t, c, w)
	if _, err := c.Fetch(t.Context(), w.out, remote.FetchOptions{}); !errors.Is(err, llm.ErrTruncated) {
		t.Fatalf("2 results are missing: %v", err)
	}
	if _, err := c.Fetch(t.Context(), w.out, remote.FetchOptions{GiveUp: true}); err != nil {
		t.Fatal(err)
	}
	want := []string{"q0 echo: question 0", "q1 echo: question 1", "q2 echo: question 2", "q3 !missing", "q4 !missing"}
	if diff := cmp.Diff(want, told(w.records(t))); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestOddIDs(t *testing.T) {
	models(t, func(t *testing.T, model string) {
		s := batchserver.New(t)
		long := strings.Repeat("x", 65)
		c := client(s.URL, 0, nil)
		w := newWork(t, model, `{"id":"a b/ü","input":"1"}`, `{"id":"`+long+`","input":"2"}`, `{"id":"llmops-0","input":"3"}`, `{"id":4,"input":"4"}`)
		submit(t, c, w)
		fetch(t, c, w)
		if diff := cmp.Diff([]string{"a b/ü echo: 1", long + " echo: 2", "llmops-0 echo: 3", "4 echo: 4"}, told(w.records(t))); diff != "" {
			t.Errorf("records (-want +got):\n%s", diff)
		}
	})
}

func TestMixedModelsAndMistakes(t *testing.T) {
	s := batchserver.New(t)
	c := client(s.URL, 0, nil)
	w := newWork(t, "", `{"id":"a","input":"1","model":"openai/gpt-4o"}`, `{"id":"b","input":"2","model":"`+claude+`"}`,
		`{"id":"c"}`, `{broken`, `{"id":"a","input":"again"}`, `{"id":"d","input":"4","model":"`+gpt+`"}`)
	var problems []string
	w.sub.Problem = func(err error) { problems = append(problems, err.Error()) }
	state := submit(t, c, w)
	if len(state.Parts) != 3 || state.Refused != 1 || len(problems) != 3 {
		t.Errorf("%d parts, %d refused, problems %q", len(state.Parts), state.Refused, problems)
	}
	fetch(t, c, w)
	if diff := cmp.Diff([]string{"a echo: 1", "b echo: 2", "c !input", "d echo: 4"}, told(w.records(t))); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestAnotherMachine(t *testing.T) {
	s := batchserver.New(t)
	c, w := client(s.URL, 2, nil), newWork(t, gpt, questions(5)...)
	submit(t, c, w)
	there := filepath.Join(t.TempDir(), "moved.jsonl")
	data, err := os.ReadFile(remote.StatePath(w.out))
	if err != nil || os.WriteFile(remote.StatePath(there), data, 0o600) != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), w.dir) || strings.Contains(string(data), batchserver.Key) || strings.Contains(string(data), "question") {
		t.Error("the state names a directory, the key or a question")
	}
	w.out = there
	if res := fetch(t, c, w); !res.Complete || len(w.records(t)) != 5 {
		t.Errorf("fetched elsewhere: complete %t, %d records", res.Complete, len(w.records(t)))
	}
}

func TestRefusedCreateIsNotLookedFor(t *testing.T) {
	models(t, func(t *testing.T, model string) {
		s := batchserver.New(t)
		c := client(s.URL, 0, nil)
		first, second := newWork(t, model, questions(3)...), newWork(t, model, questions(3)...)
		s.Set(batchserver.Faults{Refuse: 1})
		if _, err := c.Submit(t.Context(), first.sub); err == nil {
			t.Fatal("a refused batch is no error")
		}
		submit(t, c, second) // as large, and at the same time
		submit(t, c, first)
		if _, n := s.Counts(); n != 2 {
			t.Errorf("%d batches, want 2: one was taken for the other", n)
		}
	})
}

func TestLimitsOfBytes(t *testing.T) {
	models(t, func(t *testing.T, model string) {
		s := batchserver.New(t)
		c := client(s.URL, 0, nil)
		open := c.Open
		c.Open = func(ref string) (remote.API, error) {
			api, err := open(ref)
			return tight{api}, err
		}
		w := newWork(t, model, append(questions(9), `{"id":"big","input":"`+strings.Repeat("x", 2000)+`"}`)...)
		state := submit(t, c, w)
		if len(state.Parts) < 3 || state.Refused != 1 {
			t.Errorf("%d parts and %d refused; want several and one", len(state.Parts), state.Refused)
		}
		for _, p := range state.Parts {
			if p.Size > 600 {
				t.Errorf("part %d has %d bytes", p.Number, p.Size)
			}
		}
		fetch(t, c, w)
		if got := told(w.records(t)); len(got) != 10 || got[9] != "big !invalid_request" {
			t.Errorf("records %q", got)
		}
	})
}

// tight is an API whose parts are small.
type tight struct{ remote.API }

func (t tight) Limits() remote.Limits {
	l := t.API.Limits()
	l.Bytes = 600
	return l
}

func TestStateIsJSON(t *testing.T) {
	s := batchserver.New(t)
	c, w := client(s.URL, 0, nil), newWork(t, gpt, questions(2)...)
	submit(t, c, w)
	data, err := os.ReadFile(remote.StatePath(w.out))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}
