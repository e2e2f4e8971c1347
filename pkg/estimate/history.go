package estimate

import (
	"context"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// recent is how many of the latest answers are looked at.
const recent = 2000

// Calls finds calls in a ledger, as *ledger.Ledger does.
type Calls interface {
	List(ctx context.Context, f ledger.Filter) ([]ledger.Record, error)
}

// LedgerHistory knows the answers of the request ledger: those to the same version of the prompt by the
// same model, and where there are few, to any version of it.
type LedgerHistory struct{ Ledger Calls }

// few is how many answers of the very version it takes to leave other versions out.
const few = 5

// Answers implements History.
func (h LedgerHistory) Answers(ctx context.Context, key Key) (*Sample, error) {
	if key.Prompt == "" {
		return nil, nil // calls without a prompt have nothing in common
	}
	f := ledger.Filter{Prompt: key.Prompt, Version: key.Version, Model: key.Model, Status: ledger.OK, Limit: recent}
	s, err := h.sample(ctx, f, key.Prompt+"@"+key.Version)
	if err != nil || s.N >= few {
		return s, err
	}
	f.Version = ""
	all, err := h.sample(ctx, f, key.Prompt+", all versions")
	if err != nil || all.N <= s.N {
		return s, err
	}
	return all, nil
}

func (h LedgerHistory) sample(ctx context.Context, f ledger.Filter, of string) (*Sample, error) {
	s := &Sample{Source: FromLedger, Of: of}
	records, err := h.Ledger.List(ctx, f)
	if err != nil {
		return s, err
	}
	for _, r := range records {
		if r.Usage != nil && r.Cache != ledger.CacheHit {
			s.Add(r.Usage.Output, r.Attempts)
		}
	}
	return s, nil
}

// RunHistory knows the answers of eval runs on disk: of the same suite or prompt, by the same model, and
// where there is no such run, by another one, which Sample.Of says.
type RunHistory struct {
	Root string // the directory of runs
	// Tokens counts an answer of which only the text is known, for a model; nil: such answers are left out.
	Tokens func(model, text string) int
}

// Answers implements History.
func (h RunHistory) Answers(_ context.Context, key Key) (*Sample, error) {
	runs, err := eval.Runs(h.Root)
	if err != nil {
		return nil, err
	}
	for _, same := range []bool{true, false} {
		for i := len(runs) - 1; i >= 0; i-- { // the latest first
			if !alike(runs[i], key) || same != (runs[i].Model == key.Model) {
				continue
			}
			s, err := h.sample(runs[i], key.Model)
			if err != nil || s.N > 0 {
				return s, err
			}
		}
	}
	return nil, nil
}

func alike(run eval.Info, key Key) bool {
	if key.Suite != "" && run.Suite == key.Suite {
		return true
	}
	return key.Prompt != "" && run.Prompt != nil && run.Prompt.Name == key.Prompt
}

func (h RunHistory) sample(run eval.Info, model string) (*Sample, error) {
	s := &Sample{Source: FromRuns, Of: "run " + run.ID + " of " + run.Model}
	for rec, err := range eval.Records(filepath.Join(h.Root, run.ID)) {
		if err != nil {
			return nil, err
		}
		switch {
		case rec.Error != nil:
		case rec.Usage != nil:
			s.Add(rec.Usage.Output, rec.Attempts)
		case h.Tokens != nil:
			if n := h.Tokens(model, rec.Output); n > 0 {
				s.Add(int64(n), rec.Attempts)
			}
		}
	}
	return s, nil
}
