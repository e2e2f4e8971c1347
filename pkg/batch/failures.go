package batch

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// MaxErrors is how many records may fail. The zero value sets no bound.
type MaxErrors struct {
	Set     bool
	Count   int
	Percent float64 // wins over Count when above 0
}

// ErrTooMany is in the chain of the error of a run that was stopped because too many records failed.
var ErrTooMany = errors.New("too many records failed")

// ParseMaxErrors reads "10" or "2.5%". "" sets no bound.
func ParseMaxErrors(text string) (MaxErrors, error) {
	if text == "" {
		return MaxErrors{}, nil
	}
	if number, ok := strings.CutSuffix(text, "%"); ok {
		p, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err == nil && p > 0 && p <= 100 && !math.IsNaN(p) {
			return MaxErrors{Set: true, Percent: p}, nil
		}
	} else if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return MaxErrors{Set: true, Count: n}, nil
	}
	return MaxErrors{}, diag.Errorf("%q is neither a number of records nor a percentage above 0", text).WithHint("for example 100 or 5%%")
}

// String writes it as ParseMaxErrors reads it.
func (m MaxErrors) String() string {
	switch {
	case !m.Set:
		return ""
	case m.Percent > 0:
		return strconv.FormatFloat(m.Percent, 'g', -1, 64) + "%"
	}
	return strconv.Itoa(m.Count)
}

// enough is how many records must be done before a share of them says something.
const enough = 20

func (m MaxErrors) exceeded(failed, done int) bool {
	switch {
	case !m.Set:
		return false
	case m.Percent > 0:
		return done >= enough && float64(failed) > m.Percent/100*float64(done)
	}
	return failed > m.Count
}

// tooMany ends a run that fails too often, or always from its first call on. err is of the last record.
// Failures of earlier runs do not count: whoever goes on knows about them.
func (r *run) tooMany(err error) error {
	failed := r.fresh.failed + r.lost
	done := failed + r.fresh.succeeded
	if r.cfg.MaxErrors.exceeded(failed, done) {
		return fmt.Errorf("%w: %d of %d, above the limit of %s", ErrTooMany, failed, done, r.cfg.MaxErrors)
	}
	_, isProvider := errors.AsType[*llm.Error](err)
	if isProvider && !r.cfg.MaxErrors.Set && r.fresh.succeeded == 0 && r.fresh.failed >= max(enough, 2*r.cfg.Concurrency) {
		return fmt.Errorf("%w: the first %d calls all did, the last with: %w", ErrTooMany, r.fresh.failed, err)
	}
	return nil
}

// ErrLongWait is in the chain of the error of a run that was stopped because of Config.LongWait.
var ErrLongWait = errors.New("the provider asks for a long wait")

func (r *run) asksForLong(err error) bool {
	e, ok := errors.AsType[*llm.Error](err)
	return ok && r.cfg.LongWait > 0 && e.Retryable() && e.RetryAfter > r.cfg.LongWait
}
