package score

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Tools is what scorers may use beyond the sample. A scorer that needs one that is nil cannot be bound.
type Tools struct {
	// Judge asks a prompt version of the registry and gives the whole answer. It is never answered from a
	// cache that does not know the repeat. The returned error is a provider's or a *diag.Error.
	Judge func(ctx context.Context, ask Ask) (*llm.Response, error)
	// Prompt resolves a reference to the name, version and sha256 of a prompt; they become part of a metric's Hash.
	Prompt func(ref string) (Version, error)
	// Embed gives one vector a text from an embedding model, in order.
	Embed func(ctx context.Context, model string, texts []string) ([][]float32, error)
	// Count counts the tokens of a text as the model does.
	Count func(model, text string) (int, error)

	Dir       string // the suite's directory: files that options name are looked up there
	AllowExec bool   // whether external commands may run
}

// Ask is one question to a judge.
type Ask struct {
	Prompt   string // a reference into the registry
	Model    string // "" means the prompt's own
	Vars     map[string]any
	LogProbs int    // how many top log-probabilities to ask for; 0 means none
	Case     string // whose answer is judged
	Repeat   int
}

// Version names a prompt version.
type Version struct {
	Name, Version, SHA256 string
}

// binder is a scorer that uses Tools. bind is called once, before the first Score; identity is what makes
// two scorers with equal options different (a judge's prompt hash), "" for nothing.
type binder interface {
	bind(Tools) (identity string, err error)
}

// Bind hands the tools to the scorer and completes Hash. Call it once for each metric, before Score and
// from one goroutine. Errors are *diag.Error: a judge prompt that is missing, a command that may not run.
func (m *Metric) Bind(t Tools) error {
	b, ok := m.scorer.(binder)
	if !ok {
		return nil
	}
	identity, err := b.bind(t)
	if err != nil {
		return err
	}
	if identity != "" {
		m.Hash = hash(m.Hash, identity)
	}
	return nil
}
