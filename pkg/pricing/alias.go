package pricing

import (
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/pricing/internal/glob"
)

// Resolution says what a reference stands for.
type Resolution struct {
	Model *Model
	// Via is how the reference led there: "name", "pattern" (an unlisted snapshot), "fallback" (another
	// maker's model, sold by a cloud), "fine-tune" or "override" (the user's own price).
	Via string
	// Floating is set for a name that moves on to new snapshots: "gpt-4o", "claude-3-5-haiku-latest".
	Floating bool
	// Snapshots are the references of the dated versions of the same name that the catalog knows.
	Snapshots []string
}

// Resolve looks up a reference as Find does and tells whether it is a floating alias. It is for
// questions of people, Find for those of programs.
func (c *Catalog) Resolve(ref string) (Resolution, bool) {
	m, how := c.find(ref)
	if m == nil {
		return Resolution{}, false
	}
	provider, name := split(ref)
	r := Resolution{Model: m, Via: string(how)}
	base, dated := undated(name)
	if provider == "" {
		provider = m.Provider
	}
	for _, id := range searched(provider) {
		if b, err := c.table.block(id); b != nil && err == nil {
			for _, other := range b.names() {
				if stem, ok := undated(other); ok && stem == base && other != name {
					r.Snapshots = append(r.Snapshots, provider+"/"+other)
				}
			}
		}
	}
	slices.Sort(r.Snapshots)
	r.Snapshots = slices.Compact(r.Snapshots)
	r.Floating = !dated && (len(r.Snapshots) > 0 || strings.HasSuffix(name, "-latest"))
	return r, true
}

// undated cuts the snapshot's tail off a name: "gpt-4o" for gpt-4o-2024-08-06 (which is dated) and for
// gpt-4o-latest (which is not).
func undated(name string) (base string, dated bool) {
	for i := range len(name) {
		if strings.IndexByte("-@:", name[i]) >= 0 && i > 0 && glob.Snapshot(name[i:]) {
			return name[:i], strings.ContainsFunc(name[i:], func(r rune) bool { return '0' <= r && r <= '9' })
		}
	}
	return name, false
}

// Nearest gives the references closest to one that is not known, at most three: names of the same
// provider, or with an unknown provider, the same name elsewhere or providers of a similar name.
func (c *Catalog) Nearest(ref string) []string {
	if c == nil {
		return nil
	}
	provider, name := split(ref)
	if b, _ := c.table.block(provider); b != nil {
		return prefixed(ref, diag.Nearest(name, b.names()))
	}
	if near := diag.Nearest(provider, c.table.providers()); provider != "" && len(near) > 0 {
		for i := range near {
			near[i] += "/" + name
		}
		return near
	}
	var names []string
	maker := map[string]string{} // the first provider that has a name
	for _, id := range searched("") {
		if b, _ := c.table.block(id); b != nil {
			for _, n := range b.names() {
				if maker[n] == "" {
					maker[n] = id
					names = append(names, n)
				}
			}
		}
	}
	near := diag.Nearest(name, names)
	for i := range near {
		near[i] = maker[near[i]] + "/" + near[i]
	}
	return near
}

// prefixed writes the provider as the user did.
func prefixed(ref string, names []string) []string {
	provider, _, _ := strings.Cut(ref, "/")
	for i := range names {
		names[i] = provider + "/" + names[i]
	}
	return names
}
