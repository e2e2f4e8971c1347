package score

// Needs lists the names of metrics whose values this one uses. The caller scores those first and hands the
// outcomes on with Sample.SetScore; a metric that needs itself, or one that comes later, stays unscored.
func (m *Metric) Needs() []string {
	if n, ok := m.scorer.(interface{ needs() []string }); ok {
		return n.needs()
	}
	return nil
}
