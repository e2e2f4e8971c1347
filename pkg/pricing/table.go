package pricing

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/pricing/internal/glob"
)

// table is the catalog's text, of which a provider's block is parsed when it is first asked for.
type table struct {
	text    string
	date    time.Time
	sources []string

	index  func() map[string]string // where each provider's section is
	mu     sync.RWMutex             // guards loaded
	loaded map[string]*block        // by provider
}

func newTable(text string) *table {
	t := &table{text: text, loaded: map[string]*block{}}
	t.index = sync.OnceValue(t.sections)
	return t
}

// block is one provider's models.
type block struct {
	id, title string
	models    []*Model
	exact     map[string]*Model
	patterns  []pattern // in the order they are tried
}

type pattern struct {
	glob.Pattern
	model *Model
}

// block gives a provider's models, nil for an unknown provider.
func (t *table) block(id string) (*block, error) {
	t.mu.RLock()
	b, ok := t.loaded[id]
	t.mu.RUnlock()
	if ok {
		return b, nil
	}
	text := t.section(id)
	if text == "" {
		return nil, nil // not kept: a caller may ask for any name
	}
	b, err := parseBlock(id, text)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if first := t.loaded[id]; first != nil {
		return first, nil
	}
	t.loaded[id] = b
	return b, nil
}

// section is the text between the provider's header line and the next one, "" for an unknown provider.
func (t *table) section(id string) string { return t.index()[id] }

// sections finds where each provider's text is. It is kept: whoever prices a million calls to a server of
// their own asks a million times for a provider that is not there.
func (t *table) sections() map[string]string {
	all := map[string]string{}
	id, start := "", 0
	for at := range t.headers {
		all[id] = t.text[start:at]
		id, _, _ = strings.Cut(t.text[at+1:], "\t")
		start = at
	}
	all[id] = t.text[start:]
	delete(all, "") // what comes before the first header
	return all
}

// headers gives where the lines begin that begin a provider's section: @ and its id, which unlike some
// models' names, such as @cf/meta/llama-2-7b, has no slash.
func (t *table) headers(yield func(int) bool) {
	for at := 0; ; {
		next := strings.Index(t.text[at:], "\n@")
		if next < 0 {
			return
		}
		at += next + 1
		if id, _, _ := strings.Cut(t.text[at:], "\t"); !strings.Contains(id, "/") && !yield(at) {
			return
		}
	}
}

// providers lists the ids of all blocks, sorted as the text is.
func (t *table) providers() []string {
	var ids []string
	for at := range t.headers {
		id, _, _ := strings.Cut(t.text[at+1:], "\t")
		ids = append(ids, id)
	}
	return ids
}

func parseBlock(id, text string) (*block, error) {
	header, rest, _ := strings.Cut(text, "\n")
	_, title, _ := strings.Cut(header, "\t")
	n := strings.Count(rest, "\n") + 1
	b := &block{id: id, title: title, models: make([]*Model, 0, n), exact: make(map[string]*Model, 2*n)}
	for line := range strings.Lines(rest) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			continue
		}
		m, err := parseModel(line)
		if err != nil {
			return nil, fmt.Errorf("price catalog: %s: %w", id, err)
		}
		m.Provider = id
		b.add(m)
	}
	return b, nil
}

func (b *block) add(m *Model) {
	b.models = append(b.models, m)
	for _, name := range append([]string{m.ID}, m.Names...) {
		if b.exact[name] == nil {
			b.exact[name] = m
		}
	}
	for _, p := range m.Patterns {
		b.patterns = append(b.patterns, pattern{glob.Compile(p), m})
	}
}

// find looks for an exact name, then for the first pattern that fits.
func (b *block) find(name string) (m *Model, exact bool) {
	if m := b.exact[name]; m != nil {
		return m, true
	}
	for _, p := range b.patterns {
		if p.Match(name) {
			return p.model, false
		}
	}
	return nil, false
}

// names lists all exact names, sorted.
func (b *block) names() []string {
	out := make([]string, 0, len(b.exact))
	for name := range b.exact {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
