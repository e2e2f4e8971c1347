package score

import (
	"context"
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// Tools is what scorers may use beyond the sample. A scorer that needs one that is nil cannot be bound.
type Tools struct {
	// Judge asks a prompt version and gives the whole answer. It is never answered from a cache that does
	// not know the repeat. The returned error is a provider's or a *diag.Error; a Reply may come with it.
	Judge func(ctx context.Context, ask Ask) (*Reply, error)
	// Prompt resolves the reference of a judge's prompt, and the model that is asked; model "" means the
	// prompt's own, else a default. Prompt and model become part of a metric's Hash. It may tell, too, what
	// stands in the way of asking, such as a missing key.
	Prompt func(ref, model string) (Judge, error)
	// Embed gives one vector a text, in order.
	Embed func(ctx context.Context, ask EmbedAsk) (*Vectors, error)
	// Embedder resolves the name of an embedding model, and tells what stands in the way of asking it.
	Embedder func(model string) (ref string, err error)
	// Count counts the tokens of a text as the model does.
	Count func(model, text string) (int, error)

	Dir       string // the suite's directory: files that options name are looked up there
	AllowExec bool   // whether external commands may run
	Run       string // id of the run that is scored, for the record of calls

	metric string // whose scorer is bound; set by Bind
	within string // "safe." for the scorers of the composition safe
}

// Judge is a prompt version and the model that is asked it.
type Judge struct {
	Prompt *prompt.Version
	Model  string
}

// Ask is one question to a judge.
type Ask struct {
	Judge
	Vars     map[string]any // all that the prompt declares, and no more
	LogProbs int            // how many top log-probabilities to ask for; 0 means none
	About
}

// About says whose answer a call is about.
type About struct {
	Case   string
	Metric string
	Step   string // tells apart the questions that one scorer asks of one answer; "" where it asks one
	Repeat int
	Run    string
	Answer string // trace id of the call that gave the answer; "" where it is not known
}

// Key names the question: "refund-01/helpful/swapped". A recording can have the judge's answer under it.
func (a About) Key() string {
	key := a.Case + "/" + a.Metric
	if a.Step != "" {
		key += "/" + a.Step
	}
	return key
}

// Reply is a judge's answer.
type Reply struct {
	*llm.Response
	Cost *llm.Money // nil means unpriced
}

// EmbedAsk asks for vectors.
type EmbedAsk struct {
	Model string
	Texts []string
	About
}

// Vectors are one for each text, in order.
type Vectors struct {
	Vectors [][]float32
	Usage   *llm.Usage // nil means unknown
	Cost    *llm.Money // nil means unpriced
}

// binder is a scorer that uses Tools. bind is called before the first Score; identity is what makes two
// scorers with equal options different (a judge's prompt hash), "" for nothing.
type binder interface {
	bind(Tools) (identity string, err error)
}

// Bind hands the tools to the scorer and completes Hash. Call it for each metric before Score, from one
// goroutine; a second call replaces the tools of the first. A judge prompt that is missing and a command that
// may not run are a *diag.Error; a missing key is an *llm.Error.
func (m *Metric) Bind(t Tools) error {
	b, ok := m.scorer.(binder)
	if !ok {
		return nil
	}
	t.metric = t.within + m.Name
	identity, err := b.bind(t)
	if err != nil {
		return m.unbound(err)
	}
	m.Hash = m.options
	if identity != "" {
		m.Hash = hash(m.options, identity)
	}
	return nil
}

// unbound puts the scorer's name and line on an error about it.
func (m *Metric) unbound(err error) error {
	if d, ok := errors.AsType[*diag.Error](err); ok && d.File == "" {
		return diag.At("", m.Line, 0, "scorer %s: %w", m.Name, err).WithHint("%s", diag.HintOf(err))
	}
	return err
}

// planner is a scorer that can tell what it is going to ask a judge.
type planner interface {
	plan(s *Sample) []Ask
}

// Plan lists the questions that Score would put to judges about the sample, for estimates: the metric must be
// bound, and nothing is asked. What depends on an earlier verdict is written as if that were of usual length.
func (m *Metric) Plan(s *Sample) []Ask {
	if p, ok := m.scorer.(planner); ok && m.Applies(s) {
		return p.plan(s)
	}
	return nil
}

// Judge gives the prompt version and the model that a bound metric asks; ok is false for a metric without a judge.
// Where it asks several prompts, it is the one that gives the verdict.
func (m *Metric) Judge() (j Judge, ok bool) {
	a, ok := m.scorer.(interface{ asks() Judge })
	if !ok {
		return Judge{}, false
	}
	return a.asks(), true
}

// Judged tells whether the metric is a judge's verdict, which people can calibrate. A composition is none, but
// the judges in it have their own.
func (m *Metric) Judged() bool {
	_, plans := m.scorer.(planner)
	_, composed := m.scorer.(*compose)
	return plans && !composed
}
