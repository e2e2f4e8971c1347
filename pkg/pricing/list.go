package pricing

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Filter chooses models for a list. The zero Filter takes all.
type Filter struct {
	Provider   string     // "openai"; "gemini" and other usual names work too
	Text       string     // a part of the id or of another name
	MinContext int64      // tokens; a model whose context is unknown is left out
	MaxInput   *llm.Money // per million tokens; an unpriced model is left out
	MaxOutput  *llm.Money // per million tokens; an unpriced model is left out
	Can        Capability // all of these
	Available  bool       // leave out what is deprecated at At
	Deprecated bool       // only what is deprecated at At
	At         time.Time  // zero means now
}

// List gives the models that fit, by provider and id, the user's own among them.
func (c *Catalog) List(f Filter) []*Model {
	if c == nil {
		return nil
	}
	if f.At.IsZero() {
		f.At = time.Now()
	}
	f.Text, f.Provider = strings.ToLower(f.Text), canonical(strings.ToLower(f.Provider))
	var out []*Model
	for _, m := range c.all(f.Provider) {
		if f.takes(m) {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b *Model) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// all gives a provider's models, or with "" everyone's, overridden ones once.
func (c *Catalog) all(provider string) []*Model {
	ids := []string{provider}
	if provider == "" {
		ids = c.table.providers()
	}
	var out []*Model
	for _, m := range c.own {
		if provider == "" || m.Provider == provider {
			out = append(out, m)
		}
	}
	for _, id := range ids {
		b, err := c.table.block(id)
		if b == nil || err != nil {
			continue
		}
		for _, m := range b.models {
			if c.own[m.Ref()] == nil {
				out = append(out, m)
			}
		}
	}
	return out
}

func (f *Filter) takes(m *Model) bool {
	gone := m.Deprecated(f.At)
	return (f.Provider == "" || m.Provider == f.Provider) &&
		m.Context >= f.MinContext && m.Can.Has(f.Can) &&
		(!f.Available || !gone) && (!f.Deprecated || gone) &&
		f.affords(m) && f.named(m)
}

func (f *Filter) affords(m *Model) bool {
	if f.MaxInput == nil && f.MaxOutput == nil {
		return true
	}
	p := m.At(f.At)
	return p != nil && within(p.Standard.Input, f.MaxInput) && within(p.Standard.Output, f.MaxOutput)
}

func within(price, limit *llm.Money) bool {
	return limit == nil || (price != nil && *price <= *limit)
}

func (f *Filter) named(m *Model) bool {
	has := func(name string) bool { return strings.Contains(name, f.Text) }
	return has(m.Ref()) || slices.ContainsFunc(m.Names, has)
}

// Provider is a seller of models.
type Provider struct {
	ID     string // as in references: "x-ai"
	Title  string // as people know it: "X AI"
	Models int
}

// Providers lists the sellers in the catalog, by id.
func (c *Catalog) Providers() []Provider {
	if c == nil {
		return nil
	}
	var out []Provider
	for _, id := range c.table.providers() {
		if b, err := c.table.block(id); b != nil && err == nil {
			out = append(out, Provider{id, b.title, len(b.models)})
		}
	}
	return out
}
