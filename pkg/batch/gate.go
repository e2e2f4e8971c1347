package batch

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// gate bounds how many calls are on the wire, and moves the bound: it halves when the provider is
// overloaded and grows evenly while answers stay as fast as they were (additive increase, multiplicative
// decrease: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance",
// 1989). It is safe for concurrent use.
type gate struct {
	sem *semaphore.Weighted
	top int
	now func() time.Time

	mu     sync.Mutex
	bound  int             // of calls on the wire; guarded by mu, as all below
	debt   int             // how many more are on the wire than the bound; they pay when they leave
	cut    time.Time       // of the last halving
	round  []time.Duration // latencies since the last change; a round is as many answers as the bound
	normal time.Duration   // p50 of a fast round; 0: not known yet
}

func newGate(top int, now func() time.Time) *gate {
	return &gate{sem: semaphore.NewWeighted(int64(top)), top: top, now: now, bound: top}
}

func (g *gate) enter(ctx context.Context) error { return g.sem.Acquire(ctx, 1) }

// tryEnter enters where there is room at once.
func (g *gate) tryEnter() bool { return g.sem.TryAcquire(1) }

// leave makes room for another call, unless the bound has come down.
func (g *gate) leave() {
	g.mu.Lock()
	pays := g.debt > 0
	if pays {
		g.debt--
	}
	g.mu.Unlock()
	if !pays {
		g.sem.Release(1)
	}
}

// overloaded halves the bound: once for all the calls that were under way together.
func (g *gate) overloaded(began time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if began.Before(g.cut) {
		return
	}
	g.cut, g.round = g.now(), g.round[:0]
	for target := max(1, g.bound/2); g.bound > target; g.bound-- {
		if !g.sem.TryAcquire(1) {
			g.debt++
		}
	}
}

// slower is how much longer than normal a round's p50 may be for the bound to grow.
const slower = 1.5

// answered takes over the latency of a good answer.
func (g *gate) answered(latency time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.round = append(g.round, latency)
	if len(g.round) < g.bound {
		return
	}
	slices.Sort(g.round)
	p50 := g.round[len(g.round)/2]
	g.round = g.round[:0]
	if g.normal == 0 || p50 < g.normal {
		g.normal = p50
	}
	if float64(p50) > slower*float64(g.normal) {
		g.normal += g.normal / 50 // a provider may have become slower for good
		return
	}
	for range min(max(1, g.top/16), g.top-g.bound) {
		g.bound++
		if g.debt > 0 {
			g.debt--
		} else {
			g.sem.Release(1)
		}
	}
}

func (g *gate) limit() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.bound
}
