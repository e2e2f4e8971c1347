// Package eval runs suites: it reads cases, asks the engine for an answer to each, scores the answers
// and keeps a run of them on disk that survives being killed.
//
//	suite, err := eval.Find("evalsets", "customer-support")
//	run, err := eval.Run(ctx, suite, eval.Config{Caller: engine, Prompts: registry, Root: ".llmops/runs"})
//	fmt.Println(run.Result.Metrics)
package eval

import (
	"context"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// Caller answers calls, as *engine.Engine does.
type Caller interface {
	Generate(ctx context.Context, call engine.Call) (*engine.Result, error)
}

// Prompts finds prompt versions, as *prompt.Registry does.
type Prompts interface {
	Resolve(ref string) (*prompt.Version, error)
}

// Config is how a suite is run. Caller and Root are required.
type Config struct {
	Caller  Caller
	Prompts Prompts // nil: a suite that names a prompt fails
	// Tools are what scorers may use beyond the answer: judges, embeddings, commands. A suite whose scorers
	// need one that is nil does not run.
	Tools score.Tools
	Root  string // where runs are kept: ".llmops/runs"

	Model       string // wins over the suite's; "" leaves it to the suite, the prompt and the engine
	Tag         string // a name for the run
	Tenant      string // whom the calls are for
	Concurrency int    // wins over the suite's; 0 leaves it to the suite, which leaves it at 4
	Resume      string // id of a run to finish; "" starts a new one
	Retry       bool   // with Resume: also ask again where a call failed, and score again what is unscored

	Tool string // version of the program, for the run's record
	// Commit gives the git commit of the suite, for the run's record; "" means unknown. It is asked when the
	// record is begun, after the first answer, so that finding it out may take its time. Nil means unknown.
	Commit func() string

	Progress func(Progress)   // told after each answer, from one goroutine; nil: nobody asks
	Kept     func(*Record)    // told of each record that the run has, those of before a resume too, from one goroutine; nil: nobody asks
	Now      func() time.Time // nil means time.Now
	NewID    func() string    // nil makes one of time and chance

	matrix *MatrixID     // nil: the run is none of a matrix
	slots  chan struct{} // held while a call is made; nil: the run has its workers for itself
}

// Progress is how far a run is.
type Progress struct {
	Total  int // calls, those of an earlier part of a resumed run included
	Done   int // the failed ones included
	Failed int
	Totals Usage
	// Elapsed is the time of this part of the run.
	Elapsed time.Duration
}

// TokensPerSecond is the output rate of the run so far, over all calls at once; 0 while unknown.
func (p Progress) TokensPerSecond() float64 {
	if p.Totals.Tokens == nil || p.Elapsed <= 0 {
		return 0
	}
	return float64(p.Totals.Tokens.Output) / p.Elapsed.Seconds()
}

const (
	defaultConcurrency = 4
	maxConcurrency     = 10_000
)

func (c Config) concurrency(s *Suite) int {
	switch {
	case c.Concurrency > 0:
		return c.Concurrency
	case s.Concurrency > 0:
		return s.Concurrency
	}
	return defaultConcurrency
}

func (c Config) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}
