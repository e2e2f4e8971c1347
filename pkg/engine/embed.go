package engine

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Embed turns Call.Texts into Result.Vectors by an embedding model, Call.Request.Model. It is traced, priced
// and recorded as a call for an answer is.
func (e *Engine) Embed(ctx context.Context, call Call) (*Result, error) {
	call.Result = Result{}
	err := e.embed(ctx, &call)
	return &call.Result, err
}

// texts makes the request as the ledger keeps it: a message a text.
func texts(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			req := call.Request.Clone()
			applyAlias(cfg.Aliases, req)
			req.MaxTokens = -1 // there is no answer to reserve for
			req.Messages = nil
			for _, t := range call.Texts {
				req.Messages = append(req.Messages, llm.Text(llm.RoleUser, t))
			}
			call.Result.Request = req
			switch {
			case req.Model == "":
				return diag.Errorf("no embedding model is named").WithHint("for example openai/text-embedding-3-small")
			case len(call.Texts) == 0:
				return diag.Errorf("there is no text to embed")
			}
			return next(ctx, call)
		}
	}
}

// embed asks the gateway and prices what comes back.
func embed(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			if cfg.Embedder == nil {
				return diag.Errorf("no embeddings are configured")
			}
			req := call.Result.Request
			out, err := cfg.Embedder.Embed(ctx, &llm.EmbedRequest{Model: req.Model, Texts: call.Texts, Options: req.Options})
			if out != nil {
				call.Result.Response = &llm.Response{Model: out.Model, Ref: req.Model, Usage: out.Usage, Attempts: out.Attempts}
			}
			if err != nil {
				return err
			}
			call.Result.Vectors, call.Result.Response.FinishReason = out.Vectors, llm.FinishStop
			if out.Usage == nil && cfg.Count != nil {
				call.Result.Counted = cfg.Count.usage(&call.Result)
			}
			charge(cfg, &call.Result)
			return next(ctx, call)
		}
	}
}

// Embeds tells what would keep Embed from asking a model, where the Embedder knows, as *gateway.Gateway
// does. Nothing is sent.
func (e *Engine) Embeds(model string) error {
	if e.embeds == nil {
		return nil
	}
	return e.embeds(model)
}
