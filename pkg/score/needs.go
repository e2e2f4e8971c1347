package score

import "slices"

// Needs lists the names of metrics whose values this one uses. The caller scores those first and hands the
// outcomes on with Sample.SetScore; a metric that needs itself, or one that comes later, stays unscored.
func (m *Metric) Needs() []string {
	if n, ok := m.scorer.(interface{ needs() []string }); ok {
		return n.needs()
	}
	return nil
}

// Asks tells whether Score makes calls to models: a judge's, an embedding's, or a composition's that holds one.
func (m *Metric) Asks() bool {
	switch s := m.scorer.(type) {
	case *compose:
		return slices.ContainsFunc(s.Scorers, (*Metric).Asks)
	case *embedding:
		return true
	}
	_, plans := m.scorer.(planner)
	return plans
}
