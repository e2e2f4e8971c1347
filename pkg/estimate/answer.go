package estimate

import (
	"cmp"
	"context"
	"math"

	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// Source says where the predicted length of an answer comes from.
type Source string

// The sources. FromLimit is no prediction: answers are taken to be as long as they may be.
const (
	FromLedger Source = "ledger"
	FromRuns   Source = "runs"
	FromLimit  Source = "max_tokens"
	FromFlag   Source = "given"
	FromTrace  Source = "trace"
	FromNobody Source = "unknown" // neither answers nor a limit are known
)

// Key names calls whose answers are alike.
type Key struct {
	Model   string
	Prompt  string // "" for calls without one
	Version string
	Suite   string // "" outside of an eval suite
	limit   int    // of the answer
}

func (k Key) compare(l Key) int {
	return cmp.Or(cmp.Compare(k.Prompt, l.Prompt), cmp.Compare(k.Version, l.Version), cmp.Compare(k.Suite, l.Suite),
		cmp.Compare(k.limit, l.limit))
}

// History knows answers that were given.
type History interface {
	// Answers gives a sample of the lengths of answers to such calls, nil when it knows none.
	Answers(ctx context.Context, key Key) (*Sample, error)
}

// answer is a prediction for the calls of one Key.
type answer struct {
	Band          // of one call, without the spread of a sample
	source Source // of the band
	sample *Sample
	limit  int64 // no answer is longer; 0: not known
	// What has been predicted so far; guarded by the sum's mutex.
	calls int64
	rest  float64 // part of a token that is due to the next call; half a one at the start, so that it rounds
	slope float64 // what one more token a call would cost all calls, in nano-dollars
}

// answer predicts, once for each Key.
func (e *Estimator) answer(ctx context.Context, s *sum, key Key, maxTokens int) (*answer, error) {
	if maxTokens == 0 {
		maxTokens = e.cfg.MaxTokens
	}
	key.limit = maxTokens
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.groups[key]; a != nil {
		return a, nil
	}
	a, err := e.predict(ctx, s, key)
	if err == nil {
		s.groups[key] = a
	}
	return a, err
}

func (e *Estimator) predict(ctx context.Context, s *sum, key Key) (*answer, error) {
	a := &answer{limit: int64(key.limit), rest: 0.5}
	switch {
	case s.found != nil && s.found.Embedding:
		a.source = FromLimit
		return a, nil // an embedding has no output tokens
	case a.limit == 0 && s.found != nil:
		a.limit = s.found.MaxOutput
	}
	if n := e.cfg.OutputTokens; n > 0 {
		if a.limit > 0 {
			n = min(n, a.limit)
		}
		a.Band, a.source = exactly(n), FromFlag
		return a, nil
	}
	for _, h := range e.cfg.Histories {
		sample, err := h.Answers(ctx, key)
		if err != nil {
			return nil, err
		}
		if sample != nil && sample.N > 0 {
			a.sample, a.source = sample, sample.Source
			return a, nil
		}
	}
	a.Band, a.source = Band{0, a.limit, a.limit}, FromLimit
	if a.limit == 0 {
		a.source = FromNobody
	}
	return a, nil
}

// take gives the length for each of the next calls. Those of a sample's mean are whole numbers whose sum keeps
// to the mean, so they are taken one by one.
func (a *answer) take(times int64) Band {
	a.calls += times
	if a.sample == nil {
		return a.Band
	}
	due := a.mean() + a.rest
	n := math.Floor(due)
	a.rest = due - n
	return exactly(int64(n))
}

func (a *answer) mean() float64 {
	if a.limit > 0 {
		return min(a.sample.Mean, float64(a.limit))
	}
	return a.sample.Mean
}

// spread is how far the sum of the answers may lie below and above the mean's, at 95 %: the variance of a
// sum of N new answers around N times the mean of n known ones is s²·N·(1 + N/n). The sum is not taken
// below nothing or above the calls' limit.
func (a *answer) spread() (low, high int64) {
	if a.sample == nil {
		return 0, 0
	}
	n, known := float64(a.calls), float64(a.sample.N)
	width := a.mean() * n // one answer says nothing of the spread: half and double
	if a.sample.N > 1 {
		width = stats.TQuantile(0.975, known-1) * a.sample.SD * math.Sqrt(n*(1+n/known))
	}
	low, high = int64(min(width, a.mean()*n)), int64(width)
	if a.sample.N == 1 {
		low /= 2
	}
	if a.limit > 0 {
		high = min(high, int64((float64(a.limit)-a.mean())*n))
	}
	return low, max(0, high)
}

func (a *answer) describe() Answers {
	d := Answers{Source: a.source, Calls: a.calls, Mean: float64(a.Expected)}
	if a.sample != nil {
		d.Records, d.Mean, d.Detail = a.sample.N, a.mean(), a.sample.Of
	}
	return d
}
