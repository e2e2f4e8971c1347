package estimate

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// sum adds up the calls to one model.
type sum struct {
	model     string
	judge     bool            // the calls are those of judges
	found     *pricing.Model  // nil: not in the catalog
	counter   *tokens.Counter // nil: the tokenizer is not known
	estimated bool            // inputs are estimates; set before the first call is added
	correct   float64         // factor for estimated counts; 0: none
	begin     sync.Once       // learn

	mu       sync.Mutex // guards what follows
	calls    int64
	tokens   struct{ in, out Band }
	cost     Cost
	unpriced int64 // calls without a price
	unknown  int64 // calls of whose answers nothing is known
	groups   map[Key]*answer
	notes    map[string]bool
}

// learn finds out how counts of this model are to be taken.
func (s *sum) learn(cfg Config) {
	if s.counter == nil || !s.counter.Estimated() {
		return
	}
	s.estimated = true
	if cfg.Inputs != nil {
		s.correct = cfg.Inputs(s.model)
	}
}

// input turns a count into a band, corrected by experience.
func (s *sum) input(r tokens.Result) Band {
	if s.found != nil && s.found.Embedding { // texts are embedded as they are, without what frames messages
		return exactly(int64(r.Content))
	}
	b := Band{int64(r.Low), int64(r.Tokens), int64(r.High)}
	if !r.Estimated || s.correct == 0 {
		return b
	}
	b.Expected = int64(math.Round(float64(b.Expected) * s.correct))
	return Band{min(b.Low, b.Expected), b.Expected, max(b.High, b.Expected)}
}

// add adds a call. Where the length of its answer is predicted by a mean, only that counts here; spread
// adds the rest once the number of calls is known.
func (s *sum) add(cfg Config, in Band, a *answer, times int64, notes []string) {
	if a.sample != nil && times > 1 { // each has its own whole number of tokens: one for all would be off by half a token a call
		for range times {
			s.add(cfg, in, a, 1, notes)
		}
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls += times
	s.tokens.in.add(in, times)
	for _, n := range notes {
		s.notes[n] = true
	}
	out := a.take(times)
	s.tokens.out.add(out, times)
	if a.source == FromNobody {
		s.unknown += times
		return
	}
	var cost [3]*llm.Money
	for i, u := range [][2]int64{{in.Low, out.Low}, {in.Expected, out.Expected}, {in.High, out.High}} {
		cost[i] = s.found.Cost(cfg.usage(u[0], u[1]), cfg.Options)
		if cost[i] == nil {
			s.unpriced += times
			return
		}
	}
	s.cost.Low += *cost[0] * llm.Money(times)
	s.cost.Expected += *cost[1] * llm.Money(times)
	s.cost.High += *cost[2] * llm.Money(times)
	if a.sample != nil { // what a million tokens more would cost this call
		const million = 1_000_000
		if more := s.found.Cost(cfg.usage(in.Expected, out.Expected+million), cfg.Options); more != nil {
			a.slope += float64(*more-*cost[1]) / million * float64(times)
		}
	}
}

// usage splits a call's tokens into buckets.
func (c Config) usage(in, out int64) *llm.Usage {
	cached := int64(math.Round(float64(in) * c.CachedShare))
	return &llm.Usage{UncachedInput: in - cached, CacheRead: cached, Output: out}
}

// Estimate is what a workload means for one model.
type Estimate struct {
	Model     string
	Judge     bool // the calls are those of judges, made in each run of the suite
	Calls     int64
	Estimated bool // the input was estimated, and not counted
	Encoding  string
	Input     Band  // of all calls
	Output    *Band // of all calls; nil when nothing is known of some answers
	// Cost of all calls; nil when a price is missing, and Unpriced says which.
	Cost     *Cost
	Unpriced string
	Answers  []Answers // where the lengths of answers were taken from
	Retries  float64   // tries beyond the first, a call; 0 where none is on record
	Notes    []string
	Price    *pricing.Model // nil: not in the catalog

	corrected float64 // see Kept
}

// Answers is a source of predicted lengths, and how many calls it was used for.
type Answers struct {
	Source  Source  `json:"source"`
	Detail  string  `json:"detail,omitempty"` // of which prompt, model or run
	Calls   int64   `json:"calls"`
	Records int     `json:"records,omitempty"` // how many answers the prediction rests on
	Mean    float64 `json:"mean_tokens"`
}

func (s *sum) estimate(cfg Config) Estimate {
	s.mu.Lock()
	defer s.mu.Unlock()
	est := Estimate{Model: s.model, Judge: s.judge, Calls: s.calls, Input: s.tokens.in, Price: s.found, corrected: s.correct}
	if s.counter != nil {
		est.Encoding, est.Estimated = s.counter.Encoding(), s.estimated
	}
	cost, output := s.cost, s.tokens.out
	for _, key := range slices.SortedFunc(maps.Keys(s.groups), Key.compare) {
		a := s.groups[key]
		if a.calls == 0 {
			continue
		}
		low, high := a.spread()
		output.Low -= low
		output.High += high
		if a.slope > 0 {
			perToken := a.slope / float64(a.calls)
			cost.Low -= llm.Money(float64(low) * perToken)
			cost.High += llm.Money(float64(high) * perToken)
		}
		est.Answers = append(est.Answers, a.describe())
		if a.sample != nil {
			est.Retries += a.sample.Retries * float64(a.calls) / float64(s.calls)
		}
	}
	s.retried(&est, &cost)
	est.Notes = slices.Sorted(maps.Keys(s.notes))
	if s.unknown == 0 {
		est.Output = &output
	}
	if s.unpriced+s.unknown == 0 && s.calls > 0 {
		cost.Low = max(0, cost.Low)
		est.Cost = &cost
	} else if s.calls > 0 {
		est.Unpriced = s.whyUnpriced(cfg)
	}
	return est
}

// retried adds the input of retries to the high end: most failed tries are free of charge, but an answer
// that broke off is not.
func (s *sum) retried(est *Estimate, cost *Cost) {
	if est.Retries <= 0 {
		return
	}
	est.Input.High += int64(math.Round(float64(est.Input.High) * est.Retries))
	cost.High += llm.Money(math.Round(float64(cost.High) * est.Retries))
}

func (s *sum) whyUnpriced(cfg Config) string {
	switch {
	case s.found == nil:
		if near := cfg.Prices.Nearest(s.model); len(near) > 0 {
			return "the price catalog does not have it; did you mean " + strings.Join(near, ", ") + "?"
		}
		return "the price catalog does not have it"
	case s.found.At(cfg.Options.At) == nil:
		return "no price is published"
	case s.found.At(cfg.Options.At).Service(cfg.Options) == nil:
		return "it has no price for batches"
	}
	if s.unknown > 0 {
		return "neither the length of its answers nor their limit is known"
	}
	return "a price is missing for " + cmp.Or(s.found.Ref(), s.model)
}

// Predicted tells whether the lengths of all answers were predicted, and not taken to be their limit.
func (e Estimate) Predicted() bool {
	return !slices.ContainsFunc(e.Answers, func(a Answers) bool { return a.Source == FromLimit })
}
