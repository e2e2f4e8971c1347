package cli

import (
	"cmp"
	"context"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// scoreTools is what the scorers of a suite may use. Judges are asked by caller, which holds them to a
// limit of cost where there is one, and embeddings by the engine.
func (e *env) scoreTools(eng *engine.Engine, caller eval.Caller, suite *eval.Suite, allowExec bool) (score.Tools, error) {
	cfg, err := e.config()
	if err != nil {
		return score.Tools{}, err
	}
	t := judging{
		e: e, eng: eng, caller: caller, suite: suite, tenant: cfg.Tenant, model: cmp.Or(cfg.Eval.JudgeModel, cfg.Model),
		found: map[[2]string]score.Judge{},
	}
	return score.Tools{
		Judge: t.ask, Prompt: t.find, Embed: t.embed, Embedder: t.embedder, Count: countTokens,
		Dir: suite.Dir, AllowExec: allowExec || cfg.Eval.AllowExec,
	}, nil
}

// judging asks models for scorers.
type judging struct {
	e      *env
	eng    *engine.Engine
	caller eval.Caller
	suite  *eval.Suite
	tenant string
	model  string // of judges that name none

	mu    sync.Mutex
	found map[[2]string]score.Judge // by reference and model, since each case may have judges; guarded by mu
}

// find resolves a judge's prompt and model, once.
func (j *judging) find(ref, model string) (score.Judge, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	key := [2]string{ref, model}
	if known, ok := j.found[key]; ok {
		return known, nil
	}
	judge, err := j.resolve(ref, model)
	if err == nil {
		j.found[key] = judge
	}
	return judge, err
}

// resolve tells, too, what would keep the model from being asked.
func (j *judging) resolve(ref, model string) (score.Judge, error) {
	v, err := score.FindPrompt(lazyPrompts{j.e}, ref)
	if err != nil {
		return score.Judge{}, err
	}
	if model = cmp.Or(model, v.Model, j.model); model == "" {
		return score.Judge{}, diag.Errorf("the judge has no model").
			WithHint("give the scorer one (model: openai/gpt-4o-2024-08-06), or set eval.judge_model in llmops.yaml")
	}
	if model, err = j.suite.ModelRef(model); err != nil { // a recording in the suite's directory
		return score.Judge{}, err
	}
	probe := engine.Call{Request: llm.Request{Model: model, Messages: []llm.Message{llm.Text(llm.RoleUser, "?")}}}
	return score.Judge{Prompt: v, Model: model}, j.eng.Check(context.Background(), probe)
}

func (j *judging) ask(ctx context.Context, ask score.Ask) (*score.Reply, error) {
	res, err := j.caller.Generate(ctx, engine.Call{
		Version: ask.Prompt, Vars: ask.Vars, Unit: ask.Case, Tenant: j.tenant, Source: ledger.FromJudge, Run: ask.Run, Parent: ask.Answer,
		Request: llm.Request{Model: ask.Model, LogProbs: ask.LogProbs, Case: ask.Key(), Repeat: ask.Repeat},
	})
	if res == nil {
		return nil, err
	}
	return &score.Reply{Response: res.Response, Cost: res.Cost}, err
}

// embedder resolves an embedding model's alias.
func (j *judging) embedder(model string) (string, error) {
	ref, err := j.e.modelRef(model)
	if err != nil {
		return "", err
	}
	return ref, j.eng.Embeds(ref)
}

func (j *judging) embed(ctx context.Context, ask score.EmbedAsk) (*score.Vectors, error) {
	res, err := j.eng.Embed(ctx, engine.Call{
		Texts: ask.Texts, Unit: ask.Case, Tenant: j.tenant, Source: ledger.FromJudge, Run: ask.Run, Parent: ask.Answer,
		Request: llm.Request{Model: ask.Model, Case: ask.Key(), Repeat: ask.Repeat},
	})
	if err != nil {
		return nil, err
	}
	return &score.Vectors{Vectors: res.Vectors, Usage: res.Response.Usage, Cost: res.Cost}, nil
}

// countTokens counts a text as a model does.
func countTokens(model, text string) (int, error) {
	c, err := tokens.For(model)
	if err != nil {
		return 0, err
	}
	return c.Count(text), nil
}
