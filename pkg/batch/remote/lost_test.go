package remote_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/internal/batchserver"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestGivingUp(t *testing.T) {
	models(t, func(t *testing.T, model string) {
		s := batchserver.New(t)
		s.Set(batchserver.Faults{Stall: true})
		c, w := client(s.URL, 0, nil), newWork(t, model, questions(2)...)
		submit(t, c, w)
		giveUp := remote.FetchOptions{GiveUp: true}
		if res, err := c.Fetch(t.Context(), w.out, giveUp); err != nil || res.Complete || res.Summary.Records != 0 {
			t.Errorf("a batch in progress was given up: %v", err)
		}
		s.Forget()
		if _, err := c.Fetch(t.Context(), w.out, remote.FetchOptions{}); err == nil {
			t.Error("a batch that is gone is no error")
		}
		if _, err := c.Fetch(t.Context(), w.out, giveUp); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"q0 !missing", "q1 !missing"}, told(w.records(t))); diff != "" {
			t.Errorf("records (-want +got):\n%s", diff)
		}
	})
}

func TestDeletedOutputIsFetchedAgain(t *testing.T) {
	s, b := batchserver.New(t), &book{}
	c, w := client(s.URL, 2, b), newWork(t, gpt, questions(5)...)
	submit(t, c, w)
	fetch(t, c, w)
	if err := os.Remove(w.out); err != nil {
		t.Fatal(err)
	}
	if res := fetch(t, c, w); !res.Complete || len(w.records(t)) != 5 || b.twice != 0 || len(b.records) != 5 {
		t.Errorf("complete %t, %d records, %d calls, %d twice", res.Complete, len(w.records(t)), len(b.records), b.twice)
	}
}

// At Anthropic a batch in doubt is found by its time and size only. One that is somebody else's, with the
// same ids, must not give its answers to ours.
func TestForeignBatchIsNotOurs(t *testing.T) {
	s := batchserver.New(t)
	c := client(s.URL, 0, nil)
	c.Retry.Attempts = 1
	ours := newWork(t, claude, questions(3)...)
	s.Set(batchserver.Faults{Hold: func(what string) {
		if what == "create" {
			panic(http.ErrAbortHandler) // it never arrives
		}
	}})
	if _, err := c.Submit(t.Context(), ours.sub); err == nil {
		t.Fatal("a request that breaks off is no error")
	}
	s.Set(batchserver.Faults{})
	submit(t, c, newWork(t, claude, questions(3)...))
	submit(t, c, ours) // takes the other for its own
	if _, err := c.Fetch(t.Context(), ours.out, remote.FetchOptions{}); err == nil || !strings.Contains(err.Error(), "another batch") {
		t.Errorf("got %v, want to be told that it is another batch", err)
	}
	if n := len(ours.records(t)); n != 0 {
		t.Errorf("%d foreign answers were written", n)
	}
}

func TestDroppedParts(t *testing.T) {
	s := batchserver.New(t)
	s.Set(batchserver.Faults{Stall: true, Done: 2})
	c, w := client(s.URL, 2, nil), newWork(t, gpt, questions(4)...)
	c.Retry.Attempts = 1
	creations := 0
	s.Set(batchserver.Faults{Stall: true, Done: 2, Hold: func(what string) {
		if what == "create" {
			if creations++; creations > 1 {
				panic(http.ErrAbortHandler)
			}
		}
	}})
	if _, err := c.Submit(t.Context(), w.sub); err == nil {
		t.Fatal("the second part was handed over")
	}
	if _, err := c.Cancel(t.Context(), w.out); err != nil {
		t.Fatal(err)
	}
	if res := fetch(t, c, w); !res.Complete {
		t.Error("not complete")
	}
	if diff := cmp.Diff([]string{"q0 echo: question 0", "q1 echo: question 1", "q2 !canceled", "q3 !canceled"}, told(w.records(t))); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if _, err := c.Submit(t.Context(), w.sub); err == nil {
		t.Error("a canceled batch is handed over")
	}
}

func TestWriteFailed(t *testing.T) {
	s := batchserver.New(t)
	s.Set(batchserver.Faults{Errors: map[string]int{"q1": 500}})
	c, w := client(s.URL, 0, nil), newWork(t, gpt, append(questions(3), `{broken`)...)
	submit(t, c, w)
	fetch(t, c, w)
	path := filepath.Join(w.dir, "failed.jsonl")
	n, err := remote.WriteFailed(t.Context(), w.out, path, batch.Input{})
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if data, _ := os.ReadFile(path); string(data) != questions(2)[1]+"\n{broken\n" {
		t.Errorf("failed records:\n%s", data)
	}
	s.Set(batchserver.Faults{})
	again := &work{dir: w.dir, in: path, out: filepath.Join(w.dir, "again.jsonl")}
	again.sub = submission(path, again.out, gpt)
	submit(t, c, again)
	fetch(t, c, again)
	if diff := cmp.Diff([]string{"q1 echo: question 1"}, told(again.records(t))); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestList(t *testing.T) {
	models(t, func(t *testing.T, model string) {
		s := batchserver.New(t)
		c, w := client(s.URL, 1, nil), newWork(t, model, questions(205)...)
		submit(t, c, w)
		for limit, want := range map[int]int{0: 205, 3: 3, 150: 150, 205: 205} {
			list, more, err := c.List(t.Context(), model, limit)
			if err != nil || len(list) != want || more != (limit > 0 && limit < 205) {
				t.Errorf("limit %d: %d batches, more %t, %v", limit, len(list), more, err)
			}
		}
	})
}

// The answer to create is lost, and then the provider has no time to be asked whether there is a batch: that is no
// refusal of the batch, and the next run looks again before it makes one.
func TestBatchInDoubtStaysSo(t *testing.T) {
	models(t, func(t *testing.T, model string) {
		s := batchserver.New(t)
		s.Set(batchserver.Faults{Drop: 1, Busy: 1000})
		c, w := client(s.URL, 0, nil), newWork(t, model, questions(3)...)
		for range 2 {
			if _, err := c.Submit(t.Context(), w.sub); !errors.Is(err, llm.ErrRateLimit) {
				t.Fatalf("submitted: %v; want the rate limit", err)
			}
		}
		s.Set(batchserver.Faults{})
		submit(t, c, w)
		if _, n := s.Counts(); n != 1 {
			t.Errorf("%d batches at the provider; want one", n)
		}
	})
}
