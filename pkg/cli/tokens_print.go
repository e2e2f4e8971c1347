package cli

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// tokensJSON is what tokens --json prints.
type tokensJSON struct {
	Schema    string         `json:"schema"`
	Model     string         `json:"model,omitempty"`
	Encoding  string         `json:"encoding"`
	Estimated bool           `json:"estimated"`
	Tokens    int            `json:"tokens"`
	Band      *[2]int        `json:"tokens_band,omitempty"` // of an estimate
	Chars     int            `json:"characters"`
	Context   *int64         `json:"context_tokens,omitempty"`
	Share     *float64       `json:"context_share,omitempty"`
	Cost      *llm.Money     `json:"input_cost_usd"` // null when unpriced
	Files     []fileTokens   `json:"files"`
	model     *pricing.Model // nil when it is not in the catalog
}

type fileTokens struct {
	Path    string `json:"path"`
	Tokens  int    `json:"tokens"`
	Chars   int    `json:"characters"`
	Invalid int    `json:"invalid_bytes,omitempty"`
}

func newTokensJSON(found []counted, c *tokens.Counter, ref string, m *pricing.Model, now time.Time) tokensJSON {
	j := tokensJSON{Schema: "llmops.tokens/v1", Model: ref, Encoding: c.Encoding(), Files: make([]fileTokens, len(found)), model: m}
	var low, high int
	for i, f := range found {
		j.Files[i] = fileTokens{f.path, f.Tokens, f.Chars, f.Invalid}
		j.Tokens, j.Chars = j.Tokens+f.Tokens, j.Chars+f.Chars
		low, high = low+f.Low, high+f.High
		j.Estimated = j.Estimated || f.Estimated
	}
	if j.Estimated {
		j.Band = &[2]int{low, high}
	}
	if m == nil {
		return j
	}
	j.Cost = m.Cost(&llm.Usage{UncachedInput: int64(j.Tokens)}, pricing.Options{At: now})
	if j.Context = positive(cmp.Or(m.MaxInput, m.Context)); j.Context != nil {
		share := float64(j.Tokens) / float64(*j.Context)
		j.Share = &share
	}
	return j
}

// printTokens prints the sum, and the files where that was asked for.
func (e *env) printTokens(o tokensOptions, found []counted, c *tokens.Counter, ref string, now time.Time) error {
	var m *pricing.Model
	if ref != "" {
		catalog, err := e.priceCatalog(now)
		if err != nil {
			return err
		}
		found, err := e.findModel(catalog, ref)
		if err != nil { // it can be counted all the same
			e.info("%v; %s", err, diag.HintOf(err))
		}
		m = found.Model
	}
	j := newTokensJSON(found, c, ref, m, now)
	if o.top > 0 {
		slices.SortStableFunc(j.Files, func(a, b fileTokens) int { return b.Tokens - a.Tokens })
		j.Files = j.Files[:min(o.top, len(j.Files))]
	}
	if o.json {
		return writeJSON(e.out, j)
	}
	if o.byFile || o.top > 0 {
		if err := j.table(e); err != nil {
			return err
		}
	}
	return j.summary(e, len(found))
}

func (j tokensJSON) table(e *env) error {
	g := grid{header: []string{"file", "tokens", "share", "characters"}, left: 1}
	for _, f := range j.Files {
		g.add(f.Path, grouped(f.Tokens), percent(f.Tokens, j.Tokens), grouped(f.Chars))
	}
	if err := g.print(e); err != nil {
		return err
	}
	return e.say("")
}

func (j tokensJSON) summary(e *env, files int) error {
	how := j.Encoding
	if j.Model != "" {
		how = j.Model + ", " + how
	}
	text := plural(j.Tokens, "token")
	if j.Estimated {
		text = fmt.Sprintf("about %s, estimated %s to %s", text, grouped(j.Band[0]), grouped(j.Band[1]))
		how = j.Model
	}
	if err := e.say("%s (%s)", text, how); err != nil {
		return err
	}
	text = plural(j.Chars, "character")
	if files != 1 {
		text += " in " + plural(files, "file")
	}
	if err := e.say("%s", text); err != nil || j.Model == "" {
		return err
	}
	if j.Share != nil {
		if err := e.say("%.2f %% of a context of %s tokens", 100**j.Share, grouped(*j.Context)); err != nil {
			return err
		}
	}
	return e.say("input cost: %s", price(j.Cost))
}

func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}
