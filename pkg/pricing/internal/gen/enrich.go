package main

import (
	"maps"
	"slices"
)

// enrich adds the second table's rows to the first table's models. A row that names a model lends it its
// facts and service prices. A row whose facts differ from what the model already got (a snapshot with a
// deprecation date of its own, or a smaller output limit) becomes a model of its own at the same price.
func (c *catalog) enrich(rows []row) {
	// The row that is named as the model is fills it in, whatever the order of names.
	slices.SortStableFunc(rows, func(a, b row) int { return c.rank(a) - c.rank(b) })
	for _, r := range rows {
		p := c.provider(r.provider, r.provider)
		m := p.find(r.name)
		if m == nil && r.provider == "vertex" {
			if g := c.providers["google"].find(r.name); g != nil && g.priced(r) {
				continue // the same model at the same price; "vertex/" falls back on google
			}
		}
		if m == nil {
			if r.services[standard] != nil {
				p.models = append(p.models, r.model())
			}
			continue
		}
		if c.rank(r) == 2 && r.services[standard] != nil && !m.priced(r) && len(m.prices) > 0 {
			// Only a pattern names the row, and its own price is the closer fact. On a cloud it is a
			// region's, elsewhere the tables differ.
			own := r.model()
			own.facts.disputed = r.provider != "aws" && r.provider != "azure"
			p.models = append(p.models, own)
			continue
		}
		p.add(m, r)
		if r.services[standard] == nil {
			continue
		}
		if m.priced(r) {
			c.agree++
			continue
		}
		c.disagree++
		if len(m.prices) > 0 && !m.facts.free {
			p.find(r.name).facts.disputed = true
		}
	}
}

// rank is 0 for a row with the model's own id, 1 for one with a listed name, 2 for the rest.
func (c *catalog) rank(r row) int {
	p := c.providers[r.provider]
	if p == nil {
		return 2
	}
	for _, m := range p.models {
		if m.id == r.name {
			return 0
		}
		if slices.Contains(m.names, r.name) {
			return 1
		}
	}
	return 2
}

// priced tells whether one of the model's dated prices is the row's.
func (m *model) priced(r row) bool {
	s := r.services[standard]
	return s != nil && slices.ContainsFunc(m.prices, func(p price) bool { return p.services[standard].rates.same(s.rates) })
}

func (p *provider) add(m *model, r row) {
	switch {
	case r.facts.mode == "embedding" && m.generates(), m.filled && m.id == r.name:
		// A slip of the table, or a second row for a name that the first has told all about.
	case !m.filled:
		m.fill(r)
		m.name(r.name)
	case m.like(r):
		m.name(r.name)
	default:
		own := &model{id: r.name, comment: m.comment, prices: m.standardPrices()}
		own.facts.context, own.facts.retired, own.facts.free = m.facts.context, m.facts.retired, m.facts.free
		own.fill(r)
		if i := slices.Index(m.names, r.name); i >= 0 {
			m.names = slices.Delete(m.names, i, i+1)
		}
		p.models = append(p.models, own)
	}
}

// generates tells whether the model has a price for output.
func (m *model) generates() bool {
	return len(m.prices) > 0 && m.prices[0].services[standard].rates["out"] != nil
}

// fill gives the model a row's facts and, where the standard price is the same, its service prices.
func (m *model) fill(r row) {
	m.filled = true
	f := r.facts
	if m.facts.context != 0 && m.facts.context != f.context {
		f.input, f.context = f.context, m.facts.context
		if f.input > f.context {
			f.input = 0
		}
	}
	f.retired, f.free = m.facts.retired, m.facts.free
	m.facts = f
	for i := range m.prices {
		base := m.prices[i].services[standard]
		if r.services[standard] == nil || !base.rates.same(r.services[standard].rates) {
			continue
		}
		base.lack(r.services[standard])
		copy(m.prices[i].services[batch:], r.services[batch:])
	}
}

// lack takes over the cache and reasoning prices that the first table does not have.
func (s *schedule) lack(other *schedule) {
	if len(s.tiers) > 0 || len(other.tiers) > 0 {
		return // a tier would then lack them
	}
	for k, v := range other.rates {
		if s.rates[k] == nil && k != "out" {
			s.rates[k] = v
		}
	}
}

// like tells whether the row says of its name what the model already has.
func (m *model) like(r row) bool {
	probe := &model{prices: m.standardPrices()}
	probe.facts.context, probe.facts.retired, probe.facts.free = m.facts.context, m.facts.retired, m.facts.free
	if m.facts.input != 0 {
		probe.facts.context = m.facts.context
	}
	probe.fill(r)
	probe.facts.disputed = m.facts.disputed
	return probe.facts == m.facts && render(probe.prices) == render(m.prices)
}

func (m *model) standardPrices() []price {
	var out []price
	for _, p := range m.prices {
		s := p.services[standard]
		c := &schedule{rates: maps.Clone(s.rates), tiers: s.tiers}
		out = append(out, price{from: p.from, window: p.window, services: [4]*schedule{c}})
	}
	return out
}

func (r row) model() *model {
	return &model{id: r.name, facts: r.facts, filled: true, prices: []price{{services: r.services}}}
}
