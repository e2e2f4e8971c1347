// Package estimate foretells what a workload will cost: every request is composed and counted as it would
// be sent, the length of answers is predicted from what is on record, and the price is the catalog's. Each
// figure has a low and a high end.
//
//	est := estimate.New(estimate.Config{Compose: dry, Prices: catalog})
//	err := est.Add(ctx, estimate.Call{Call: engine.Call{Prompt: "customer-support@^1", Vars: vars}})
//	for _, m := range est.Models() {
//		fmt.Println(m.Model, m.Cost)
//	}
//
// Suite, Batch and Trace are sources of such calls. A Meter holds a run to a limit of cost.
package estimate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// Config says what is estimated and how. Only Compose is required, and only by Add.
type Config struct {
	// Compose makes a call's request without sending it, as Dry does.
	Compose func(ctx context.Context, call engine.Call) (*engine.Result, error)
	Models  []string         // each call is estimated for each of these; nil: for its own model
	Prices  *pricing.Catalog // nil: all is unpriced
	Options pricing.Options  // the service that calls go to, and when

	Histories    []History // what is known of answers' lengths, the best source first
	OutputTokens int64     // the length of every answer, instead of a prediction; 0: predict
	MaxTokens    int       // for calls that set no limit to their answers; 0: the model's own limit
	CachedShare  float64   // 0 to 1: the part of the input that the provider has in its cache
	// Inputs corrects estimated counts by how far earlier ones were off: 1.1 where the truth was a tenth
	// more. nil, or a result of 0: no correction.
	Inputs func(model string) float64
}

// Estimator adds up calls. It is safe for concurrent use.
type Estimator struct {
	cfg Config

	mu     sync.Mutex
	models map[sumKey]*sum // guarded by mu
	order  []sumKey        // guarded by mu
}

// sumKey is a model's reference, for judges apart from other calls.
type sumKey struct {
	model string
	judge bool
}

// New makes an Estimator.
func New(cfg Config) *Estimator { return &Estimator{cfg: cfg, models: map[sumKey]*sum{}} }

// errDry stops a call before it is sent.
var errDry = errors.New("not sent: it is an estimate")

// Dry makes Config.Compose of an engine's configuration: calls go through its stages and end where they
// would be sent. Nothing is recorded.
func Dry(cfg engine.Config) func(ctx context.Context, call engine.Call) (*engine.Result, error) {
	cfg.Ledger, cfg.Ready, cfg.Price = nil, nil, nil
	cfg.Gateway = llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) { return nil, errDry })
	eng := engine.New(cfg)
	return func(ctx context.Context, call engine.Call) (*engine.Result, error) {
		res, err := eng.Generate(ctx, call)
		if errors.Is(err, errDry) {
			err = nil
		}
		return res, err
	}
}

// Call is a call that a workload makes.
type Call struct {
	engine.Call
	Suite string // that it belongs to; "" for none
	Times int64  // how often it is made; 0 means once
	// Less and More are by how many tokens the input may be shorter and longer than it is here.
	Less, More int64
	Judge      bool // a scorer's: it goes to its own model whatever Config.Models says, and is summed apart
}

// Add estimates a call.
func (e *Estimator) Add(ctx context.Context, call Call) error {
	if len(e.cfg.Models) == 0 || call.Judge {
		return e.add(ctx, call)
	}
	for _, model := range e.cfg.Models {
		call.Request.Model = model
		if err := e.add(ctx, call); err != nil {
			return err
		}
	}
	return nil
}

func (e *Estimator) add(ctx context.Context, call Call) error {
	res, err := e.cfg.Compose(ctx, call.Call)
	if err != nil {
		return err
	}
	s, err := e.sum(res.Request.Model, call.Judge)
	if err != nil {
		return err
	}
	s.begin.Do(func() { s.learn(e.cfg) })
	if s.counter == nil {
		return unknownTokenizer(s.model)
	}
	r := s.counter.CountRequest(res.Request)
	key := Key{Model: s.model, Suite: call.Suite}
	if v := res.Prompt; v != nil {
		key.Prompt, key.Version = v.Name, v.Version
	}
	answer, err := e.answer(ctx, s, key, res.Request.MaxTokens)
	if err != nil {
		return err
	}
	in := s.input(r)
	in.Low, in.High = max(0, in.Low-call.Less), in.High+call.More
	s.add(e.cfg, in, answer, max(1, call.Times), r.Notes)
	return nil
}

// ErrUnknownTokenizer is in the chain of Add's error for a model whose input cannot be counted: whatever the
// call, the next one fails alike.
var ErrUnknownTokenizer = errors.New("its input cannot be counted")

func unknownTokenizer(model string) error {
	d := diag.Errorf("the tokenizer of %q is not known, so %w", model, ErrUnknownTokenizer)
	_, name, found := strings.Cut(model, "/")
	if !found {
		name = model
	}
	if near := diag.DidYouMean(name, tokens.Models()); near != "" {
		return d.WithHint("%s", near)
	}
	return d.WithHint("name a model whose tokenizer is: -m openai/gpt-4o-mini-2024-07-18")
}

// Known adds a call whose tokens are known, as those of a trace are. It needs Config.Models.
func (e *Estimator) Known(input, output, times int64) error {
	for _, model := range e.cfg.Models {
		s, err := e.sum(model, false)
		if err != nil {
			return err
		}
		s.add(e.cfg, exactly(input), &answer{Band: exactly(output), source: FromTrace}, times, nil)
	}
	return nil
}

// sum finds or begins the sum for a model.
func (e *Estimator) sum(model string, judge bool) (*sum, error) {
	key := sumKey{model, judge}
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.models[key]; s != nil {
		return s, nil
	}
	if model == "" {
		return nil, diag.Errorf("no model is named").WithHint("pass --model provider/model, or set model: in llmops.yaml")
	}
	s := &sum{model: model, judge: judge, groups: map[Key]*answer{}, notes: map[string]bool{}}
	s.counter, _ = tokens.For(model)
	s.found, _ = e.cfg.Prices.Find(model)
	e.models[key] = s
	e.order = append(e.order, key)
	return s, nil
}

// Models gives an estimate for each model, in the order in which they came up first, those of judges last.
func (e *Estimator) Models() []Estimate {
	e.mu.Lock()
	keys := slices.Clone(e.order)
	e.mu.Unlock()
	slices.SortStableFunc(keys, func(a, b sumKey) int {
		switch {
		case a.judge == b.judge:
			return 0
		case b.judge:
			return -1
		}
		return 1
	})
	list := make([]Estimate, len(keys))
	for i, key := range keys {
		list[i] = e.models[key].estimate(e.cfg)
	}
	return list
}
