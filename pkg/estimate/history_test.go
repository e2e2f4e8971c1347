package estimate_test

import (
	"context"
	"math"
	"strconv"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// calls is a ledger of records, by prompt version.
type calls map[string][]ledger.Record

func (c calls) List(_ context.Context, f ledger.Filter) ([]ledger.Record, error) {
	var out []ledger.Record
	for version, list := range c {
		if f.Version == "" || f.Version == version {
			out = append(out, list...)
		}
	}
	return out, nil
}

func answered(n int, output int64) []ledger.Record {
	list := make([]ledger.Record, n)
	for i := range list {
		list[i] = ledger.Record{Usage: &llm.Usage{Output: output}, Attempts: 1}
	}
	return list
}

func TestLedgerHistory(t *testing.T) {
	key := estimate.Key{Model: "openai/gpt-4o", Prompt: "support", Version: "1.1.0"}
	cached := answered(9, 1000)
	for i := range cached {
		cached[i].Cache = ledger.CacheHit
	}
	for name, c := range map[string]struct {
		ledger calls
		key    estimate.Key
		n      int
		mean   float64
	}{
		"enough of the version":      {calls{"1.1.0": answered(5, 10), "1.0.0": answered(50, 99)}, key, 5, 10},
		"few of it, more of others":  {calls{"1.1.0": answered(1, 10), "1.0.0": answered(4, 20)}, key, 5, 18},
		"our cache is no answer":     {calls{"1.1.0": cached}, key, 0, 0},
		"unknown usage is no answer": {calls{"1.1.0": {{}}}, key, 0, 0},
		"a call without a prompt":    {calls{"": answered(9, 10)}, estimate.Key{Model: key.Model}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := estimate.LedgerHistory{Ledger: c.ledger}.Answers(t.Context(), c.key)
			if err != nil {
				t.Fatal(err)
			}
			if s == nil {
				s = &estimate.Sample{}
			}
			if s.N != c.n || s.Mean != c.mean {
				t.Errorf("%d answers of %g; want %d of %g", s.N, s.Mean, c.n, c.mean)
			}
		})
	}
}

func TestRunHistory(t *testing.T) {
	root := t.TempDir()
	add := func(id, suite, model string, outputs ...int64) {
		write(t, root+"/"+id+"/run.json", `{"schema": "llmops.run/v1", "id": "`+id+`", "suite": "`+suite+`", "model": "`+model+`", "status": "complete"}`)
		text := ""
		for i, n := range outputs {
			text += `{"seq": ` + strconv.Itoa(i) + `, "case": "c", "output": "x", "scores": {}, "usage": {"input_tokens": 1, "output_tokens": ` + strconv.FormatInt(n, 10) + `}}` + "\n"
		}
		write(t, root+"/"+id+"/cases.jsonl", text+`{"seq": 9, "case": "c", "output": "four words are here", "usage": null, "scores": {}}`+"\n")
	}
	add("20260101-000000-aaaaaa", "s", "openai/gpt-4o", 10, 20)
	add("20260102-000000-aaaaaa", "s", "replay/x", 100)
	h := estimate.RunHistory{Root: root}
	for name, c := range map[string]struct {
		key  estimate.Key
		n    int
		mean float64
	}{
		"the same model":      {estimate.Key{Suite: "s", Model: "openai/gpt-4o"}, 2, 15},
		"else the latest run": {estimate.Key{Suite: "s", Model: "openai/gpt-5"}, 1, 100},
		"another suite":       {estimate.Key{Suite: "t", Model: "openai/gpt-4o"}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := h.Answers(t.Context(), c.key)
			if err != nil {
				t.Fatal(err)
			}
			if s == nil {
				s = &estimate.Sample{}
			}
			if s.N != c.n || s.Mean != c.mean {
				t.Errorf("%d answers of %g; want %d of %g", s.N, s.Mean, c.n, c.mean)
			}
		})
	}
	h.Tokens = func(_, text string) int { return len(text) }
	s, err := h.Answers(t.Context(), estimate.Key{Suite: "s", Model: "openai/gpt-4o"})
	if err != nil || s.N != 3 || math.Abs(s.Mean-49./3) > 1e-9 {
		t.Errorf("with counted texts %+v, %v; want 3 answers of %g", s, err, 49./3)
	}
}
