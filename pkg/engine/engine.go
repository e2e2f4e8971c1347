// Package engine runs a call through all that a production LLM application needs, in one order, for
// chat, eval, batch and the server alike. Start with New, then Engine.Generate.
//
// The stages are in a file each, and New lists them; `ls pkg/engine` reads as the pipeline.
package engine

import (
	"context"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// Handler works on a call and leaves what it finds in call.Result.
type Handler func(ctx context.Context, call *Call) error

// Stage wraps the handler that comes after it: it checks, calls next once, and looks at the result.
type Stage func(next Handler) Handler

// Prompts finds the version that a reference means, as *prompt.Registry does.
type Prompts interface {
	Resolve(ref string) (*prompt.Version, error)
}

// Recorder takes the record of each call, as *ledger.Ledger does.
type Recorder interface {
	Append(ctx context.Context, r ledger.Record) error
}

// Config is what an Engine is made of. Only Gateway is required.
type Config struct {
	Gateway llm.Model // takes requests with whole model references, as gateway.New's does
	Prompts Prompts   // nil: calls that name a prompt fail
	// Embedder takes the calls of Embed, with whole model references; nil: there are no embeddings.
	Embedder llm.Embedder

	Ledger Recorder // nil: calls are not recorded
	// Project is whose budgets and sums calls count in, beside the tenant's; "" means none.
	Project string
	// KeyName names the key that calls to a model are made with, by the variable that holds it; "" where there is none.
	// nil: nothing is known.
	KeyName func(modelRef string) string

	// Model is the reference for calls whose prompt and request name none.
	Model string
	// Aliases are other names for models, and the parameters that go with them.
	Aliases map[string]Alias
	// Price gives the cost of a usage of a model, nil when it is not known. A nil Price knows none.
	Price func(modelRef string, u *llm.Usage) *llm.Money

	// Routing chooses the model of calls whose model is route.Auto. nil: such calls fail.
	Routing *Routing

	// Window says what becomes of a request that is too long for its model. nil: it is sent as it is.
	Window *Window

	// Quota keeps tenants and projects within their limits. nil: there are none.
	Quota *Quota
	// Count counts tokens where a provider did not: of an answer that broke off, and for reservations. nil: such a
	// usage stays unknown.
	Count *Count

	// Ready tells what stands in the way of calls to a model, without making one: an unknown provider, a
	// missing key, a broken recording. nil: nothing is known.
	Ready func(modelRef string) error

	Now func() time.Time // nil means time.Now
	// OnRecordError is told when a record could not be written; the call itself goes on. nil: ignored.
	OnRecordError func(error)
}

// Engine runs calls. It is safe for concurrent use.
type Engine struct {
	run   Handler
	check Handler
	embed Handler
	cfg   Config

	embeds func(modelRef string) error // nil: nothing is known
}

// New makes an Engine.
func New(cfg Config) *Engine {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	e := &Engine{
		cfg: cfg,
		run: chain(
			trace(cfg),   // records every call, refused ones too; finishes last
			compose(cfg), // prompt version, variables, parameters → the request
			choose(cfg),  // the rules choose the model of a request for auto
			fit(cfg),     // the model's context window
			reserve(cfg), // tokens and money of the tenant, settled on the actual usage
			send(cfg),    // the gateway: cache, fallback, retry around the provider
		),
		check: chain(compose(cfg), choose(cfg), fits(cfg), ready(cfg)),
		embed: chain(trace(cfg), texts(cfg), reserve(cfg), embed(cfg)),
	}
	if known, ok := cfg.Embedder.(interface{ Embeds(ref string) error }); ok {
		e.embeds = known.Embeds
	}
	return e
}

// Generate runs one call and blocks until the answer is whole. The Result is never nil: with an error
// it holds what was known and what had arrived by then.
func (e *Engine) Generate(ctx context.Context, call Call) (*Result, error) {
	call.Result = Result{}
	err := e.run(ctx, &call)
	return &call.Result, err
}

// Check tells what would keep the call from being sent: whoever is about to make many calls asks once
// before the first. Nothing is sent and nothing recorded.
func (e *Engine) Check(ctx context.Context, call Call) error {
	call.Result = Result{}
	return e.check(ctx, &call)
}

func chain(stages ...Stage) Handler {
	last := func(context.Context, *Call) error { return nil }
	h := Handler(last)
	for i := len(stages) - 1; i >= 0; i-- {
		h = stages[i](h)
	}
	return h
}
