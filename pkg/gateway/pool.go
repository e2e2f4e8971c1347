package gateway

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Pool is a model that several deployments, or several keys, serve. Its reference is pool/NAME.
type Pool struct {
	Strategy Strategy
	Members  []Member
}

// Member is a deployment: the reference of a model at a provider, which is an entry with a key of its own.
type Member struct {
	Ref    string
	Weight float64 // share of the calls, for Weighted and LeastBusy; 0 means 1
}

// Strategy says which member is asked first. The others follow when it fails.
type Strategy string

// The strategies. Weighted is the default.
const (
	Weighted      Strategy = "weighted"       // at random, by weight
	LeastBusy     Strategy = "least_busy"     // the fewest calls under way for its weight
	LowestLatency Strategy = "lowest_latency" // the shortest recent time; one in twenty calls explores
)

const poolPrefix = "pool/"

// pool is a Pool at work.
type pool struct {
	Pool
	rand func() float64

	mu    sync.Mutex
	state map[string]*member // by reference; guarded by mu
}

// member is what is known of a deployment.
type member struct {
	busy    int
	latency time.Duration // moving average of calls that answered; 0 means none did yet
}

func newPool(p Pool, rand func() float64) *pool {
	out := &pool{Pool: p, rand: rand, state: map[string]*member{}}
	for _, m := range p.Members {
		out.state[m.Ref] = &member{}
	}
	return out
}

// order gives the members as this call is to ask them.
func (p *pool) order() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := slices.Clone(p.Members)
	var refs []string
	for len(left) > 0 {
		i := p.pick(left)
		refs = append(refs, left[i].Ref)
		left = slices.Delete(left, i, i+1)
	}
	return refs
}

// pick chooses among the members that are left; mu is held.
func (p *pool) pick(left []Member) int {
	switch p.Strategy {
	case LeastBusy:
		return p.least(left, func(m Member) float64 { return float64(p.state[m.Ref].busy) / m.weight() })
	case LowestLatency:
		if p.rand() >= 0.05 {
			return p.least(left, func(m Member) float64 { return float64(p.state[m.Ref].latency) })
		}
		return int(p.rand() * float64(len(left)))
	}
	var sum float64
	for _, m := range left {
		sum += m.weight()
	}
	at := p.rand() * sum
	for i, m := range left {
		if at -= m.weight(); at < 0 {
			return i
		}
	}
	return len(left) - 1
}

// least finds the smallest, at random among equals.
func (p *pool) least(left []Member, of func(Member) float64) int {
	best, equals := 0, 1
	for i := 1; i < len(left); i++ {
		switch a, b := of(left[i]), of(left[best]); {
		case a < b:
			best, equals = i, 1
		case a == b:
			if equals++; p.rand()*float64(equals) < 1 {
				best = i
			}
		}
	}
	return best
}

func (m Member) weight() float64 {
	if m.Weight == 0 {
		return 1
	}
	return m.Weight
}

// smooth is the weight of the newest time in the moving average.
const smooth = 0.3

// call is one under way at a member. A nil *call is one outside any pool.
type call struct {
	p     *pool
	ref   string
	start time.Time
}

// begin counts a call; p may be nil.
func (p *pool) begin(ref string) *call {
	if p == nil || p.state[ref] == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state[ref].busy++
	return &call{p, ref, time.Now()}
}

func (c *call) end(resp *llm.Response, err error) {
	if c == nil {
		return
	}
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	m := c.p.state[c.ref]
	m.busy--
	if err != nil || resp == nil {
		return
	}
	took := resp.Timing.Total
	if took == 0 {
		took = time.Since(c.start)
	}
	if m.latency == 0 {
		m.latency = took
		return
	}
	m.latency += time.Duration(smooth * float64(took-m.latency))
}

// pool gives the pool of a reference, or nil.
func (g *Gateway) pool(ref string) *pool { return g.pools[ref] }

// inPool tells whether a reference is a member of the pool that was asked.
func (g *Gateway) inPool(asked, ref string) bool {
	p := g.pools[asked]
	return p != nil && p.state[ref] != nil
}

// candidates are the models that a reference means, in the order in which they are asked.
func (g *Gateway) candidates(ref string) []string {
	if p := g.pools[ref]; p != nil {
		return p.order()
	}
	return []string{ref}
}

// server gives the addresses behind a reference, for the cache.
func (g *Gateway) server(ref string) (string, bool) {
	p := g.pools[ref]
	if p == nil {
		return g.cfg.Server(ref)
	}
	var all []string
	for _, m := range p.Members {
		address, ok := g.cfg.Server(m.Ref)
		if !ok {
			return "", false
		}
		all = append(all, m.Ref+" "+address)
	}
	return strings.Join(all, "\n"), true
}
