// Package batch sends the records of a file to a model, many at once, and writes an answer for each:
// records in, records out. What is written stays written: a batch that was killed goes on where it was,
// and every record has exactly one answer in the end. Start with Open, then Job.Run:
//
//	job, err := batch.Open(batch.Config{Input: in, Output: "out.jsonl", Settings: batch.Settings{Model: model}})
//	defer job.Close()
//	summary, err := job.Run(ctx, engine)
package batch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// Caller answers calls, as *engine.Engine does.
type Caller interface {
	Generate(ctx context.Context, call engine.Call) (*engine.Result, error)
}

// Checker is what a Caller may also be: it tells what would keep a call from being sent, as
// *engine.Engine does.
type Checker interface {
	Check(ctx context.Context, call engine.Call) error
}

// Order is in which order the output's records stand.
type Order string

// The orders. ByInput is made when the batch is complete: until then, and after a kill, records stand in
// the order in which answers came.
const (
	ByInput      Order = "input" // the default
	ByCompletion Order = "completion"
)

// Config is a batch. Input and Output are required.
type Config struct {
	Input    Input
	Settings Settings
	Output   string // path of the output; an existing one is gone on with
	Errors   string // path of a file that gets the input records that failed; "" means none
	Fresh    bool   // an existing output is an error
	Order    Order  // "" means ByInput

	Concurrency int // calls under way at once at most; 0 means 1
	// Throttle holds the calls to limits. It has to stand around the provider too, as its Middleware; nil
	// means no limits.
	Throttle *Throttle
	// Grace is how long calls under way may take to finish when the batch is stopped.
	Grace     time.Duration
	MaxErrors MaxErrors
	// LongWait ends the run, to be gone on with, when a provider asks to wait longer, as it does when a
	// limit of a day is used up. 0: such records fail.
	LongWait time.Duration

	Progress func(Progress) // called after each record, one call at a time; nil: not told
	// Problem is told each mistake in the input, with its line, once a run, as Progress is; nil: not told.
	Problem func(error)
	// Landing is told, maybe during a call of the others, that the batch was stopped and how many calls
	// on the wire it waits for; nil: not told.
	Landing func(underWay int)
	Now     func() time.Time // nil means time.Now
}

// Job is a batch that can be run once. It belongs to one goroutine.
type Job struct {
	cfg    Config
	known  *known
	before tally           // of the records that the output holds already
	out    *jsonlines.File // nil until there is one
	errors *jsonlines.File // nil: none asked for
	cut    int64
}

// Open takes up a batch: it reads what the output holds already and, where the input can be read twice,
// compares the two. A mistake in either is a *diag.Error. Nothing is written yet, but for the repair of
// a last line that was cut off.
func Open(cfg Config) (*Job, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Concurrency = max(1, cfg.Concurrency)
	if err := checkPaths(cfg); err != nil {
		return nil, err
	}
	j := &Job{cfg: cfg, known: newKnown()}
	info, err := os.Stat(cfg.Output)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return j, nil
	case err != nil:
		return nil, diag.Errorf("output: %w", err)
	case cfg.Fresh && info.Size() > 0:
		return nil, diag.Errorf("%s is there already", cfg.Output).WithHint("go on with it by --resume, or write to another file")
	}
	if err := j.resume(); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// Before tells how many records the output holds already.
func (j *Job) Before() Summary { return j.before.summary() }

// Repaired is how many bytes of a record that was cut off were removed from the output's end.
func (j *Job) Repaired() int64 { return j.cut }

// Close ends the job's hold on its files. It is for every Job, also one that was not run.
func (j *Job) Close() error {
	var errs []error
	for _, f := range []**jsonlines.File{&j.out, &j.errors} {
		if *f != nil {
			errs = append(errs, (*f).Close())
			*f = nil
		}
	}
	return errors.Join(errs...)
}
