package gateway

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Breaker says when a provider is left alone: calls then go to the next model of their chain at once. A call that
// has nowhere else to go is never kept back.
type Breaker struct {
	Failures int           // calls in a row that failed, retries included; 0 means 5, negative means never
	Cooldown time.Duration // after which one call probes the provider; 0 means 30 s
}

// breakers has a circuit breaker for each provider.
type breakers struct {
	cfg Breaker

	mu  sync.Mutex
	all map[string]*gobreaker.TwoStepCircuitBreaker[any] // by provider; guarded by mu
}

func newBreakers(cfg Breaker) *breakers {
	setDefault(&cfg.Failures, 5)
	setDefault(&cfg.Cooldown, 30*time.Second)
	return &breakers{cfg: cfg, all: map[string]*gobreaker.TwoStepCircuitBreaker[any]{}}
}

// allow asks whether the provider of a reference may be called; done must be told what came of it. Where there
// is no alternative it may, but its state is only followed while the circuit lets calls through.
func (b *breakers) allow(ref string, alternative bool) (done func(how failure), err error) {
	if b.cfg.Failures < 0 {
		return func(failure) {}, nil
	}
	report, err := b.of(provider(ref)).Allow()
	switch {
	case err == nil:
		return func(how failure) {
			switch how {
			case outage:
				report(errOut)
			case unasked:
				report(errUnasked)
			default:
				report(nil)
			}
		}, nil
	case alternative:
		return nil, &llm.Error{
			Kind: llm.KindOverloaded, Provider: provider(ref), Err: err,
			Message: fmt.Sprintf("it failed %d times in a row and is left alone for %v", b.cfg.Failures, b.cfg.Cooldown),
		}
	}
	return func(failure) {}, nil
}

// open tells that the provider of a reference is left alone just now. One that may be probed is not.
func (b *breakers) open(ref string) bool {
	return b.cfg.Failures >= 0 && b.of(provider(ref)).State() == gobreaker.StateOpen
}

var (
	errOut     = errors.New("out")
	errUnasked = errors.New("not asked")
)

func (b *breakers) of(name string) *gobreaker.TwoStepCircuitBreaker[any] {
	b.mu.Lock()
	defer b.mu.Unlock()
	cb := b.all[name]
	if cb == nil {
		cb = gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
			Name: name, MaxRequests: 1, Timeout: b.cfg.Cooldown,
			ReadyToTrip: func(c gobreaker.Counts) bool { return int64(c.ConsecutiveFailures) >= int64(b.cfg.Failures) },
			IsExcluded:  func(err error) bool { return errors.Is(err, errUnasked) },
		})
		b.all[name] = cb
	}
	return cb
}
