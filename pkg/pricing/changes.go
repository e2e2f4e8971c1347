package pricing

import (
	"cmp"
	"slices"
	"time"
)

// Change is something that happened to a model: a new price, or its end.
type Change struct {
	Model *Model
	At    time.Time
	// Before and After are the standard prices around a change of price. Both are nil for a deprecation;
	// Before is nil for a model's first price.
	Before, After *Schedule
}

// Deprecation tells whether the change is the end of the model.
func (c Change) Deprecation() bool { return c.After == nil }

// Changes lists what changed after a day up to another one, oldest first. Both may lie in the future: a
// published end or a price that is announced is in the catalog before it comes.
func (c *Catalog) Changes(since, until time.Time) []Change {
	if c == nil {
		return nil
	}
	during := func(t time.Time) bool { return t.After(since) && !t.After(until) }
	var out []Change
	for _, m := range c.all("") {
		for i, p := range m.Prices {
			if during(p.From) && p.Window == (Window{}) {
				out = append(out, Change{Model: m, At: p.From, Before: m.before(i), After: p.Standard})
			}
		}
		if during(m.Until) {
			out = append(out, Change{Model: m, At: m.Until})
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Model.Ref(), b.Model.Ref()))
	})
	return out
}

func (m *Model) before(i int) *Schedule {
	for i--; i >= 0; i-- {
		if m.Prices[i].Window == (Window{}) {
			return m.Prices[i].Standard
		}
	}
	return nil
}
