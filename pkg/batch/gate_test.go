package batch

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestGateHalvesAndGrows(t *testing.T) {
	now := time.Unix(0, 0)
	g := newGate(64, func() time.Time { return now })
	round := func(latency time.Duration) {
		for range g.limit() {
			g.answered(latency)
		}
	}
	round(time.Second)
	began := now
	now = now.Add(time.Second)
	for range 10 { // all under way together
		g.overloaded(began)
	}
	if g.limit() != 32 {
		t.Fatalf("%d at once after a cut; want 32", g.limit())
	}
	round(time.Second)
	if g.limit() != 36 {
		t.Errorf("%d at once after a good round; want 36", g.limit())
	}
	round(2 * time.Second)
	if g.limit() != 36 {
		t.Errorf("%d at once after a slow round; want 36", g.limit())
	}
	for range 20 {
		round(time.Second)
	}
	if g.limit() != 64 {
		t.Errorf("%d at once in the end; want no more than 64", g.limit())
	}
	for range 20 {
		now = now.Add(time.Second)
		g.overloaded(now)
	}
	if g.limit() != 1 {
		t.Errorf("%d at once; want 1 at the least", g.limit())
	}
}

// However the bound moves while calls are under way, no more than the bound are, once those have left.
func TestGateHolds(t *testing.T) {
	g := newGate(16, time.Now)
	ctx := context.Background()
	for range 16 {
		if err := g.enter(ctx); err != nil {
			t.Fatal(err)
		}
	}
	g.overloaded(time.Now().Add(time.Hour))
	for range 16 {
		g.leave()
	}
	got := 0
	for g.sem.TryAcquire(1) {
		got++
	}
	if got != 8 {
		t.Errorf("%d may enter; want 8", got)
	}
	for range got {
		g.leave()
	}
	var workers sync.WaitGroup
	for i := range 16 {
		workers.Go(func() {
			for n := range 200 {
				if g.enter(ctx) != nil {
					return
				}
				if (n+i)%17 == 0 {
					g.overloaded(time.Now())
				} else {
					g.answered(time.Millisecond)
				}
				g.leave()
			}
		})
	}
	workers.Wait()
	want, got := g.limit(), 0
	for g.sem.TryAcquire(1) {
		got++
	}
	if got != want || g.debt != 0 {
		t.Errorf("%d may enter and %d owe; the bound is %d", got, g.debt, want)
	}
}

func TestHistogram(t *testing.T) {
	var h histogram
	if h.percentile(0.5) != nil {
		t.Error("an empty histogram has a percentile")
	}
	for ms := 1; ms <= 1000; ms++ {
		h.add(float64(ms))
	}
	for share, want := range map[float64]float64{0.001: 1, 0.5: 500, 0.95: 950, 0.99: 990, 1: 1000} {
		if got := *h.percentile(share); got < want*0.985 || got > want*1.015 {
			t.Errorf("percentile %g is %g; want %g within 1.5 %%", share, got, want)
		}
	}
	h.add(0)
	h.add(1e12)
}

func TestKnown(t *testing.T) {
	k := newKnown()
	const hash = 0x1234_5678_9abc_def0
	if !k.wrote("done", hash, false) || !k.wrote("failed", hash, true) || k.wrote("done", hash, false) {
		t.Fatal("the output's records are not told apart")
	}
	for _, c := range []struct {
		id   string
		hash uint64
		want sighting
	}{
		{"done", hash, isDone},
		{"failed", hash, isFailed},
		{"new", hash, isNew},
		{"new", hash, isTwice},
		{"done", hash, isTwice},
	} {
		if got := k.meet(c.id, c.hash, 7); got != c.want {
			t.Errorf("%s: %d; want %d", c.id, got, c.want)
		}
	}
	k.forget()
	if k.unmet() != 2 || k.meet("done", hash+1<<40, 1) != isChanged || k.meet("done", hash, 3) != isDone || k.place("done") != 3 || k.meet("new", 1, 4) != isNew {
		t.Error("after forget")
	}
	if k.isUnmet("done") || !k.isUnmet("failed") || k.isUnmet("nobody") {
		t.Error("unmet")
	}
}

// What one call is told, that it has to wait, holds for all to the same model.
func TestRetryAfterHoldsAllCalls(t *testing.T) {
	now := time.Unix(0, 0)
	throttle := NewThrottle(ThrottleConfig{Concurrency: 4, Now: func() time.Time { return now }})
	refused := &llm.Error{Kind: llm.KindRateLimit, Status: 429, RetryAfter: 100 * time.Millisecond}
	m := llm.Wrap(llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) { return nil, refused }), throttle.Middleware())
	if _, err := m.Generate(t.Context(), &llm.Request{Model: "a/b"}); !errors.Is(err, llm.ErrRateLimit) {
		t.Fatal(err)
	}
	if r, wait := throttle.lane("a/b").limiter.Take(0); r != nil || wait != refused.RetryAfter {
		t.Errorf("the next call waits %s; want %s", wait, refused.RetryAfter)
	}
	if throttle.Concurrency() != 2 {
		t.Errorf("%d at once; want half of 4", throttle.Concurrency())
	}
	now = now.Add(refused.RetryAfter)
	if r, wait := throttle.lane("a/b").limiter.Take(0); r == nil {
		t.Errorf("after it, it still waits %s", wait)
	}
}
