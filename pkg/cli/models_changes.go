package cli

import (
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// changeJSON is a line of models list --changed-since.
type changeJSON struct {
	Date   string     `json:"date"`
	Model  string     `json:"model"`
	Change string     `json:"change"` // "price", "new" or "end"
	Before *ratesJSON `json:"before"` // dollars per million tokens; null but for a change of price
	After  *ratesJSON `json:"after"`
}

// listChanges prints what happened to the models that fit: up to today and, where it is announced, after.
func (e *env) listChanges(o modelsListOptions, c *pricing.Catalog, f pricing.Filter) error {
	since, err := parseDay("--changed-since", o.changedSince)
	if err != nil {
		return err
	}
	f.Available = false // an end is a change, too
	fits := map[*pricing.Model]bool{}
	for _, m := range c.List(f) {
		fits[m] = true
	}
	changes := []changeJSON{}
	for _, ch := range c.Changes(since, f.At.AddDate(100, 0, 0)) {
		if fits[ch.Model] && (!o.deprecated || ch.Deprecation()) {
			changes = append(changes, newChangeJSON(ch))
		}
	}
	if o.json {
		return writeJSON(e.out, struct {
			Schema  string       `json:"schema"`
			Since   string       `json:"since"`
			Date    string       `json:"catalog_date"`
			Changes []changeJSON `json:"changes"`
		}{"llmops.models.changes/v1", o.changedSince, c.Date().Format(time.DateOnly), changes})
	}
	if len(changes) == 0 {
		e.info("nothing changed since %s in the prices of %s", o.changedSince, c.Date().Format(time.DateOnly))
		return nil
	}
	g := grid{header: []string{"date", "model", "change", "in $/M", "out $/M"}, left: 3}
	for _, ch := range changes {
		in, out := "", ""
		if ch.After != nil {
			in, out = moved(ch.Before, ch.After, ratesJSON.input), moved(ch.Before, ch.After, ratesJSON.output)
		}
		g.add(ch.Date, ch.Model, ch.Change, in, out)
	}
	return g.print(e)
}

func newChangeJSON(ch pricing.Change) changeJSON {
	j := changeJSON{Date: ch.At.Format(time.DateOnly), Model: ch.Model.Ref(), Before: newRatesJSON(ch.Before), After: newRatesJSON(ch.After)}
	switch {
	case ch.Deprecation():
		j.Change = "end"
	case ch.Before == nil:
		j.Change = "new"
	default:
		j.Change = "price"
	}
	return j
}

func (r ratesJSON) input() *llm.Money  { return r.Input }
func (r ratesJSON) output() *llm.Money { return r.Output }

// moved writes "2.50 → 2", or the one price there is.
func moved(before, after *ratesJSON, of func(ratesJSON) *llm.Money) string {
	now := rate(of(*after))
	if before == nil {
		return now
	}
	if was := rate(of(*before)); was != now {
		return was + " → " + now
	}
	return now
}

// rate writes a price for a column that says what it is in: without the dollar sign.
func rate(m *llm.Money) string { return strings.TrimPrefix(orDash(m), "$") }
