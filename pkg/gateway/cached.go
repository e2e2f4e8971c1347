package gateway

import (
	"context"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// cached answers from the cache, or asks and keeps the answer. An answer from the cache comes as a stream where
// one was asked for.
func (g *Gateway) cached(ctx context.Context, req *llm.Request, server string) (*llm.Response, error) {
	start := time.Now()
	resp, hit, err := g.cfg.Cache.Do(ctx, &cache.Question{
		Tenant: req.Tenant, Model: req.Model, BaseURL: server,
		PromptSHA256: req.PromptSHA256, PromptRef: req.PromptRef, Request: req,
	}, func(ctx context.Context) (*llm.Response, error) { return g.uncached(ctx, req) })
	if resp == nil {
		resp = &llm.Response{}
	}
	if !hit {
		resp.Missed = g.cfg.Cache.Serves(req)
		return resp, err
	}
	resp.Cached = true
	if req.OnDelta != nil {
		resp.Timing.TTFT = time.Since(start)
		var part *llm.Response
		if part, err = resp.Stream(req.OnDelta); err != nil { // still an answer that cost nothing
			resp.Parts, resp.FinishReason, resp.Usage, resp.LogProbs = part.Parts, "", nil, nil
		}
	}
	resp.Timing.Total = time.Since(start)
	return resp, err
}
