package engine

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// Alias is another name for a model, with parameters for where neither request nor prompt sets them.
type Alias struct {
	Model       string // the reference it stands for; "" means the name itself
	Temperature *float64
	TopP        *float64
	MaxTokens   int
	Options     map[string]any
}

// compose makes the request: the prompt version's messages and parameters, then the caller's.
func compose(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			req := call.Request.Clone()
			req.Asked = "" // of another call
			if err := addPrompt(cfg, call, req); err != nil {
				return err
			}
			if req.Model == "" {
				req.Model = cfg.Model
			}
			call.Result.Request = req
			if req.Model == "" {
				return diag.Errorf("no model is named").
					WithHint("pass --model provider/model, or set model: in llmops.yaml or LLMOPS_MODEL")
			}
			applyAlias(cfg.Aliases, req)
			req.Tenant = call.Tenant
			if len(req.Messages) == 0 {
				return diag.Errorf("the request has no message").WithHint("give a prompt, a message or both")
			}
			return next(ctx, call)
		}
	}
}

func addPrompt(cfg Config, call *Call, req *llm.Request) error {
	v, err := version(cfg, call)
	if v == nil || err != nil {
		return err
	}
	call.Result.Prompt = v
	req.PromptRef, req.PromptSHA256 = v.Ref(), v.SHA256
	messages, err := v.Render(v.Typed(call.Vars))
	if err != nil {
		return err // it names the prompt
	}
	req.Messages = append(messages, req.Messages...)
	v.Apply(req)
	return nil
}

func version(cfg Config, call *Call) (*prompt.Version, error) {
	switch {
	case call.Version != nil:
		return call.Version, nil
	case call.Prompt == "" && len(call.Vars) > 0:
		return nil, diag.Errorf("variables are given and no prompt to fill").WithHint("name the prompt: --prompt name@^1.0.0")
	case call.Prompt == "":
		return nil, nil
	case cfg.Prompts == nil:
		return nil, diag.Errorf("prompt %s: no prompt registry is configured", call.Prompt)
	}
	ref, err := assigned(cfg.Prompts, call)
	if err != nil {
		return nil, err
	}
	return cfg.Prompts.Resolve(ref)
}

func applyAlias(aliases map[string]Alias, req *llm.Request) {
	a, ok := aliases[req.Model]
	if !ok {
		return
	}
	if a.Model != "" {
		req.Model = a.Model
	}
	if req.Temperature == nil {
		req.Temperature = a.Temperature
	}
	if req.TopP == nil {
		req.TopP = a.TopP
	}
	if req.MaxTokens == 0 {
		req.MaxTokens = a.MaxTokens
	}
	req.Options = llm.MergeOptions(a.Options, req.Options)
}
