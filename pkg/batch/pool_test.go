package batch_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// deployment answers after 50 ms, at most so many calls in every second, and says when the next second begins.
type deployment struct {
	perSecond int           // 0: none
	again     time.Duration // that it asks to wait; 0: to the next second; below: it does not say

	mu             sync.Mutex
	second         time.Time // guarded by mu, as all below
	inSecond       int
	sent, answered int
}

func (d *deployment) Generate(_ context.Context, _ *llm.Request) (*llm.Response, error) {
	time.Sleep(50 * time.Millisecond)
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := time.Now().Truncate(time.Second); !s.Equal(d.second) {
		d.second, d.inSecond = s, 0
	}
	d.sent++
	if d.inSecond >= d.perSecond {
		again := d.again
		if again == 0 {
			again = time.Until(d.second.Add(time.Second))
		}
		return nil, &llm.Error{Kind: llm.KindRateLimit, Status: 429, RetryAfter: max(0, again)}
	}
	d.inSecond++
	d.answered++
	return &llm.Response{
		Parts: []llm.Part{{Text: "yes"}}, FinishReason: llm.FinishStop, Model: "m", Usage: &llm.Usage{UncachedInput: 7, Output: 3},
		Timing: llm.Timing{Total: 50 * time.Millisecond},
	}, nil
}

// fleet is an engine over deployments, by reference, with the throttle around each.
func fleet(t *batch.Throttle, gc gateway.Config, all map[string]*deployment) *engine.Engine {
	gc.Open = func(ref string) (llm.Model, error) {
		d := all[ref]
		if d == nil {
			return nil, fmt.Errorf("no model %s", ref)
		}
		return llm.Wrap(d, t.Middleware()), nil
	}
	gc.Breaker.Failures = -1 // what the throttle does by itself
	return engine.New(engine.Config{Gateway: gateway.New(gc)})
}

const unbounded = 1 << 30

// A member or model at its limit takes nothing from the others: 600 calls of 50 ms, 16 at once, are 1.9 s.
func TestLimitOfOneHoldsNoneOfTheOthers(t *testing.T) {
	pool := func(s gateway.Strategy) gateway.Config {
		return gateway.Config{Pools: map[string]gateway.Pool{"p": {Strategy: s, Members: []gateway.Member{{Ref: "a/m"}, {Ref: "b/m"}, {Ref: "c/m"}}}}}
	}
	chain := gateway.Config{Chains: gateway.Chains{Any: map[string][]gateway.Link{"a/m": {{Ref: "b/m"}}}}}
	ofOne := gateway.Config{
		Pools:  map[string]gateway.Pool{"one": {Members: []gateway.Member{{Ref: "a/m"}}}},
		Chains: gateway.Chains{Any: map[string][]gateway.Link{"pool/one": {{Ref: "b/m"}}}},
	}
	for name, c := range map[string]struct {
		model   string
		gateway gateway.Config
		again   time.Duration
		within  time.Duration
		asked   int // the calls that were under way together, as often as they are tried, or one at a time
	}{
		"pool":             {"pool/p", pool(gateway.Weighted), 20 * time.Second, 2500 * time.Millisecond, 16},
		"busy pool":        {"pool/p", pool(gateway.LeastBusy), 20 * time.Second, 2500 * time.Millisecond, 16},
		"fast pool":        {"pool/p", pool(gateway.LowestLatency), 20 * time.Second, 2500 * time.Millisecond, 16},
		"pool, short wait": {"pool/p", pool(gateway.Weighted), time.Second, 2500 * time.Millisecond, 32},
		"substitute":       {"a/m", chain, 20 * time.Second, 2500 * time.Millisecond, 16},
		"short wait":       {"a/m", chain, 2 * time.Second, 12 * time.Second, 64},
		"no wait asked":    {"a/m", chain, -1, 12 * time.Second, 200},
		"pool's chain":     {"pool/one", ofOne, 20 * time.Second, 2500 * time.Millisecond, 16},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limited := &deployment{again: c.again}
				all := map[string]*deployment{"a/m": limited, "b/m": {perSecond: unbounded}, "c/m": {perSecond: unbounded}}
				cfg := config(t, questions(600))
				cfg.Settings.Model, cfg.Concurrency = c.model, 16
				cfg.Throttle = batch.NewThrottle(batch.ThrottleConfig{Concurrency: 16, Elsewhere: gateway.Elsewhere})
				began := time.Now()
				s, err := run(t, cfg, fleet(cfg.Throttle, c.gateway, all))
				if err != nil || s.Succeeded != 600 {
					t.Fatal(s, err)
				}
				if took := time.Since(began); took > c.within {
					t.Errorf("it took %s of the servers' time", took)
				}
				if limited.sent > c.asked {
					t.Errorf("the one at its limit was asked %d times; want %d at most", limited.sent, c.asked)
				}
				if s.Retries > limited.sent {
					t.Errorf("%d retries, for %d calls that were refused", s.Retries, limited.sent)
				}
				if cfg.Throttle.Concurrency() != 16 {
					t.Errorf("%d at once in the end; want 16", cfg.Throttle.Concurrency())
				}
			})
		})
	}
}

// paced is a model that answers one call in a while, and says so.
type paced struct {
	again    time.Duration
	answered atomic.Int64
}

func (p *paced) Generate(context.Context, *llm.Request) (*llm.Response, error) {
	p.answered.Add(1)
	resp := &llm.Response{Parts: []llm.Part{{Text: "yes"}}, FinishReason: llm.FinishStop, Model: "m", Usage: &llm.Usage{UncachedInput: 7, Output: 3}}
	if p.again > 0 {
		resp.RateLimit = &llm.RateLimit{ResetRequests: p.again, RemainingTokens: -1}
	}
	return resp, nil
}

// A chain is for models that fail: one that only asks to go slowly is not left for another, unless it is for long.
func TestAModelThatPacesItsCallersIsNotLeft(t *testing.T) {
	for name, c := range map[string]struct {
		again time.Duration
		first int64 // calls that it answers
	}{
		"seconds": {3 * time.Second, 10},
		"minutes": {2 * time.Minute, 7}, // it is asked at 0.25, 0.5, 1, 2, 4 and 8 s; the next wait would be of 16
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first, second := &paced{again: c.again}, &paced{}
				throttle := batch.NewThrottle(batch.ThrottleConfig{Concurrency: 1, Elsewhere: gateway.Elsewhere})
				cfg := config(t, questions(10))
				cfg.Settings.Model, cfg.Concurrency, cfg.Throttle = "a/m", 1, throttle
				s, err := run(t, cfg, engine.New(engine.Config{Gateway: gateway.New(gateway.Config{
					Open: func(ref string) (llm.Model, error) {
						return llm.Wrap(map[string]llm.Model{"a/m": first, "b/m": second}[ref], throttle.Middleware()), nil
					},
					Chains: gateway.Chains{Any: map[string][]gateway.Link{"a/m": {{Ref: "b/m"}}}},
				})}))
				if err != nil || s.Succeeded != 10 {
					t.Fatal(s, err)
				}
				if got := first.answered.Load(); got != c.first {
					t.Errorf("the model itself answered %d of 10; want %d", got, c.first)
				}
			})
		})
	}
}

// Where all are at their limits calls wait: three servers are as fast as they can, and refuse hardly more calls than
// one of them does that has all to itself.
func TestAllAtTheirLimits(t *testing.T) {
	alone, _ := sendToLimited(t, "a/m")
	together, took := sendToLimited(t, "a/m", "b/m", "c/m")
	if took > 25*time.Second { // 20 s at the least
		t.Errorf("it took %s of the servers' time", took)
	}
	if float64(together) > 1.5*float64(alone) {
		t.Errorf("%d calls were refused by three servers, and %d by one", together, alone)
	}
}

// sendToLimited sends 600 calls to a pool of servers that answer 10 a second each.
func sendToLimited(t *testing.T, refs ...string) (refused int, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		all, pool := map[string]*deployment{}, gateway.Pool{}
		for _, ref := range refs {
			all[ref] = &deployment{perSecond: 10}
			pool.Members = append(pool.Members, gateway.Member{Ref: ref})
		}
		cfg := config(t, questions(600))
		cfg.Settings.Model, cfg.Concurrency = "pool/p", 16
		cfg.Throttle = batch.NewThrottle(batch.ThrottleConfig{Concurrency: 16, Elsewhere: gateway.Elsewhere})
		began := time.Now()
		s, err := run(t, cfg, fleet(cfg.Throttle, gateway.Config{
			Pools: map[string]gateway.Pool{"p": pool}, Retry: gateway.Retry{Attempts: 40},
		}, all))
		if err != nil || s.Succeeded != 600 {
			t.Fatal(s, err)
		}
		took = time.Since(began)
		for _, d := range all {
			refused += d.sent - d.answered
		}
	})
	return refused, took
}
