package cli

import (
	"fmt"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// promptTokens is a version of a prompt in tokens --watch-prompts.
type promptTokens struct {
	Prompt    string   `json:"prompt"`
	Version   string   `json:"version"`
	Model     string   `json:"model,omitempty"` // that it was counted for; "" for an encoding
	Encoding  string   `json:"encoding"`
	Estimated bool     `json:"estimated"`
	Tokens    int      `json:"tokens"`
	Change    *int     `json:"change"` // since the version before it; null for the first
	Growth    *float64 `json:"growth"`
}

// watchPrompts compares the versions of prompts: what each sends before a variable is filled in. Each
// version is counted for the model asked for, else for its own where that is known.
func (e *env) watchPrompts(o tokensOptions, c *tokens.Counter, ref string, names []string) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		if names, err = reg.Names(); err != nil {
			return err
		}
	}
	w := promptWatch{reg: reg, c: c, ref: ref, fixed: o.model != "" || o.encoding != ""}
	for _, name := range names {
		if err := w.add(name); err != nil {
			return err
		}
	}
	if o.json {
		return writeJSON(e.out, struct {
			Schema  string         `json:"schema"`
			Prompts []promptTokens `json:"prompts"`
		}{"llmops.tokens.prompts/v1", w.rows})
	}
	if len(w.rows) == 0 {
		e.info("the project has no prompts")
		return nil
	}
	g := grid{header: []string{"prompt", "version", "counted for", "tokens", "change", ""}, left: 3}
	for _, r := range w.rows {
		how, change, growth := r.Model, "", ""
		if how == "" {
			how = r.Encoding
		}
		if r.Change != nil {
			change = fmt.Sprintf("%+d", *r.Change)
		}
		if r.Growth != nil {
			growth = fmt.Sprintf("%+.1f %%", 100**r.Growth)
		}
		about := ""
		if r.Estimated {
			about = "~"
		}
		g.add(r.Prompt, r.Version, how, about+grouped(r.Tokens), change, growth)
	}
	if err := g.print(e); err != nil {
		return err
	}
	e.info("variables are counted as empty")
	return nil
}

// promptWatch goes through the versions of prompts.
type promptWatch struct {
	reg   *prompt.Registry
	c     *tokens.Counter
	ref   string
	fixed bool // all versions are counted by c
	rows  []promptTokens
}

func (w *promptWatch) add(name string) error {
	versions, err := w.reg.Versions(name)
	if err != nil {
		return err
	}
	if len(versions) == 0 {
		_, err := w.reg.Resolve(name) // says which names there are
		return err
	}
	slices.Reverse(versions)
	var before *promptTokens
	for _, version := range versions {
		v, err := w.reg.ResolveVersion(name, version)
		if err != nil {
			return err
		}
		row, err := w.count(v)
		if err != nil {
			return err
		}
		if before != nil {
			row.since(*before)
		}
		before = &row
		w.rows = append(w.rows, row)
	}
	return nil
}

func (w *promptWatch) count(v *prompt.Version) (promptTokens, error) {
	c, ref := w.c, w.ref
	if own, err := tokens.For(v.Model); !w.fixed && v.Model != "" && err == nil {
		c, ref = own, v.Model
	}
	messages, err := v.Render(blanks(v, nil))
	if err != nil {
		return promptTokens{}, fmt.Errorf("prompt %s: %w", v.Ref(), err)
	}
	req := llm.Request{Messages: messages}
	v.Apply(&req)
	n := c.CountRequest(&req)
	return promptTokens{Prompt: v.Name, Version: v.Version, Model: ref, Encoding: c.Encoding(), Estimated: n.Estimated, Tokens: n.Tokens}, nil
}

// since says how much has been added to the version before. Counts for different models are not compared.
func (p *promptTokens) since(before promptTokens) {
	if p.Model != before.Model || p.Encoding != before.Encoding {
		return
	}
	change := p.Tokens - before.Tokens
	p.Change = &change
	if before.Tokens > 0 {
		growth := float64(change) / float64(before.Tokens)
		p.Growth = &growth
	}
}

// blanks fills in the variables that are required and not given with an empty value of their type.
func blanks(v *prompt.Version, given map[string]any) map[string]any {
	vars := map[string]any{}
	for name, value := range given {
		vars[name] = value
	}
	for _, x := range v.Variables() {
		if _, ok := vars[x.Name]; !ok && x.Required {
			vars[x.Name] = blank(x)
		}
	}
	return vars
}
