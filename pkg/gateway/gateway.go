// Package gateway stands between the engine and the providers: it finds the provider of a model
// reference and wraps it in retry. New gives an llm.Model whose requests carry whole references
// ("openai/gpt-4o-2024-08-06").
package gateway

import (
	"context"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Config says how a Gateway reaches providers.
type Config struct {
	// Open makes the provider for a model reference, as provider.Open does. It is called once for each
	// reference and its result is kept; the model it gives answers under its own name.
	Open  func(ref string) (llm.Model, error)
	Retry Retry

	Cache *cache.Cache // nil: every call is asked
	// Server gives the address of the server that answers a reference, since answers of another server must not
	// serve. Without one (a recording) nothing is cached. It is required with a Cache.
	Server func(ref string) (baseURL string, ok bool)
}

// Gateway is an llm.Model over all providers. It is safe for concurrent use.
type Gateway struct {
	cfg Config

	mu     sync.Mutex
	models map[string]llm.Model // by reference; guarded by mu
}

// New makes a Gateway.
func New(cfg Config) *Gateway {
	return &Gateway{cfg: cfg, models: map[string]llm.Model{}}
}

// Generate sends the request to the provider that its Model names. The Response is never nil: with an
// error it tells at least the number of attempts.
func (g *Gateway) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	if g.cfg.Cache != nil {
		if server, ok := g.cfg.Server(req.Model); ok {
			return g.cached(ctx, req, server)
		}
	}
	return g.ask(ctx, req)
}

// ask sends the request to the provider.
func (g *Gateway) ask(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	model, err := g.model(req.Model)
	if err != nil {
		return &llm.Response{}, err
	}
	resp, err := model.Generate(ctx, req)
	if resp == nil {
		resp = &llm.Response{}
	}
	resp.Ref = req.Model
	return resp, err
}

// Ready opens the provider of a reference and tells what is wrong with it. Nothing is sent.
func (g *Gateway) Ready(ref string) error {
	_, err := g.model(ref)
	return err
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
	m = llm.Wrap(m, g.cfg.Retry.Middleware())
	g.models[ref] = m
	return m, nil
}
