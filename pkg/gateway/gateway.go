// Package gateway stands between the engine and the providers. New gives an llm.Model whose requests carry
// whole references ("openai/gpt-4o-2024-08-06"); around the provider of each it puts, outermost first,
//
//	cache → fallback over candidates → circuit breaker → retry
//
// and a budget of attempts and time that all candidates share.
package gateway

import (
	"context"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Config says how a Gateway reaches providers. Only Open is required.
type Config struct {
	// Open makes the provider for a model reference, as provider.Open does. It is called once for each
	// reference and its result is kept; the model it gives answers under its own name.
	Open  func(ref string) (llm.Model, error)
	Retry Retry
	// TotalAttempts bounds the tries of a call over all models; 0 means 12, or Retry.Attempts when that is more.
	// Retry.Total bounds their time.
	TotalAttempts int

	Chains  Chains          // what answers when a model does not; checked by Chains.Check
	Pools   map[string]Pool // models with several deployments, by name: the reference is pool/NAME
	Breaker Breaker

	// Limit lets an attempt at a model begin, or fails with what keeps it back; end must be told what came of it. An
	// *llm.Error with RetryAfter is waited for as a provider's, and one of Stop ends the call. nil: there are no limits.
	Limit func(ctx context.Context, ref string, req *llm.Request) (end func(*llm.Response), err error)

	Cache *cache.Cache // nil: every call is asked
	// Server gives the address of the server that answers a reference, since answers of another server must not
	// serve. Without one (a recording) nothing is cached. It is required with a Cache.
	Server func(ref string) (baseURL string, ok bool)
}

// Gateway is an llm.Model over all providers. It is safe for concurrent use.
type Gateway struct {
	cfg      Config
	breakers *breakers
	pools    map[string]*pool

	mu     sync.Mutex
	models map[string]llm.Model // by reference; guarded by mu

	embedders map[string]llm.Embedder // by reference; guarded by mu
}

// New makes a Gateway.
func New(cfg Config) *Gateway {
	cfg.Retry = cfg.Retry.withDefaults()
	setDefault(&cfg.TotalAttempts, max(12, cfg.Retry.Attempts))
	g := &Gateway{cfg: cfg, breakers: newBreakers(cfg.Breaker), pools: map[string]*pool{}, models: map[string]llm.Model{}}
	for name, p := range cfg.Pools {
		g.pools[poolPrefix+name] = newPool(p, cfg.Retry.Rand)
	}
	return g
}

// Generate sends the request to the provider that its Model names, and where that does not answer, to what the
// configuration puts in its place. The Response is never nil: with an error it tells at least the number of
// attempts.
func (g *Gateway) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	if g.cfg.Cache != nil {
		if server, ok := g.server(req.Model); ok {
			return g.cached(ctx, req, server)
		}
	}
	return g.uncached(ctx, req)
}

// uncached sends the request, with a budget of its own.
func (g *Gateway) uncached(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	w := g.walk(req.Model)
	return unstopped(g.fallback(withBudget(ctx, &w.budget), w, req))
}

// send sends the request to the provider of one reference.
func (g *Gateway) send(ctx context.Context, ref string, req *llm.Request) (*llm.Response, error) {
	model, err := g.model(ref)
	if err != nil {
		return &llm.Response{}, err
	}
	resp, err := model.Generate(ctx, req)
	if resp == nil {
		resp = &llm.Response{}
	}
	resp.Ref = ref
	for _, t := range resp.Lost {
		t.Ref = ref
	}
	return resp, err
}

// Ready opens the providers of a reference and tells what is wrong with them. Nothing is sent.
func (g *Gateway) Ready(ref string) error {
	for _, each := range g.candidates(ref) {
		if _, err := g.model(each); err != nil {
			return err
		}
	}
	return nil
}

func (g *Gateway) model(ref string) (llm.Model, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m, ok := g.models[ref]; ok {
		return m, nil
	}
	m, err := g.cfg.Open(ref)
	if err != nil {
		return nil, err
	}
	m = llm.Wrap(m, g.cfg.Retry.Middleware(), g.limited(ref))
	g.models[ref] = m
	return m, nil
}
