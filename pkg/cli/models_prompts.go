package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/pricing"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// promptModelJSON is a line of models list --in-prompts.
type promptModelJSON struct {
	Prompt     string   `json:"prompt"` // name@version
	Labels     []string `json:"labels"`
	Model      string   `json:"model"`
	Known      bool     `json:"known"` // it is in the price catalog
	Floating   bool     `json:"floating"`
	Deprecated bool     `json:"deprecated"`
	Ends       string   `json:"ends,omitempty"`

	model *pricing.Model
}

// listPromptModels prints the models of the prompt versions that are in use: each prompt's latest and
// those that a label points to.
func (e *env) listPromptModels(o modelsListOptions, c *pricing.Catalog, f pricing.Filter) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	entries, err := reg.List()
	if err != nil {
		return err
	}
	f.Available = false
	fits := c.List(f)
	uses := []promptModelJSON{}
	for _, entry := range entries {
		for _, version := range inUse(entry) {
			u, err := e.promptModel(reg, c, entry, version, f.At)
			if err != nil {
				return err
			}
			narrow := f != (pricing.Filter{At: f.At})
			if u.Model == "" || o.deprecated && u.Ends == "" || narrow && !slices.Contains(fits, u.model) {
				continue
			}
			uses = append(uses, u)
		}
	}
	return e.printPromptModels(o, uses)
}

// inUse lists the versions of a prompt that callers get: by no selector, or by a label.
func inUse(entry prompt.Entry) []string {
	versions := []string{entry.Latest}
	if entry.Latest == "" {
		versions[0] = entry.Pre
	}
	for _, v := range entry.Labels {
		versions = append(versions, v)
	}
	slices.Sort(versions)
	return slices.DeleteFunc(slices.Compact(versions), func(v string) bool { return v == "" })
}

func (e *env) promptModel(reg *prompt.Registry, c *pricing.Catalog, entry prompt.Entry, version string, now time.Time) (promptModelJSON, error) {
	v, err := reg.ResolveVersion(entry.Name, version)
	if err != nil {
		return promptModelJSON{}, err
	}
	u := promptModelJSON{Prompt: v.Ref(), Labels: []string{}}
	for label, at := range entry.Labels {
		if at == version {
			u.Labels = append(u.Labels, label)
		}
	}
	slices.Sort(u.Labels)
	if u.Model, err = e.modelRef(v.Model); err != nil || u.Model == "" {
		return u, err
	}
	if found, ok := c.Resolve(u.Model); ok {
		u.model, u.Known, u.Floating = found.Model, true, found.Floating
		u.Deprecated, u.Ends = found.Model.Deprecated(now), ending(found.Model, now)
	}
	return u, nil
}

func (e *env) printPromptModels(o modelsListOptions, uses []promptModelJSON) error {
	if o.json {
		return writeJSON(e.out, struct {
			Schema  string            `json:"schema"`
			Prompts []promptModelJSON `json:"prompts"`
		}{"llmops.models.prompts/v1", uses})
	}
	if len(uses) == 0 {
		e.info("no prompt names such a model")
		return nil
	}
	g := grid{header: []string{"prompt", "labels", "model", "ends", ""}, left: 5}
	for _, u := range uses {
		note := ""
		switch {
		case !u.Known:
			note = "not in the catalog"
		case u.Floating:
			note = "floating"
		}
		g.add(u.Prompt, strings.Join(u.Labels, ","), u.Model, u.Ends, note)
	}
	return g.print(e)
}
