package main

import (
	"math/big"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/pricing/internal/glob"
)

// catalog is what gen collects: models by provider, in the order of the first table, which is also the
// order in which patterns are tried.
type catalog struct {
	order           []string
	providers       map[string]*provider
	agree, disagree int
}

type provider struct {
	name   string
	models []*model
}

type model struct {
	id       string
	names    []string // exact names besides id, lower case
	patterns []string // as pkg/pricing/internal/glob has them
	comment  string   // the first table's remark on prices, read for discounts and then dropped
	facts    facts
	filled   bool // facts came from the second table
	prices   []price
}

// facts is what one name has besides a price.
type facts struct {
	context, input, output int64
	deprecated             string // a date
	retired                bool   // said to be gone, without a date
	free                   bool
	disputed               bool   // the tables name different prices
	caps                   string // letters, see litellm.go
	mode                   string
}

// price is valid from a date on, or in a daily window of hours in UTC.
type price struct {
	from, window string
	services     [4]*schedule // standard, batch, flex, priority
}

const (
	standard = iota
	batch
	flex
	priority
)

// schedule is a base price and the tiers above it.
type schedule struct {
	rates   rates
	tiers   map[int64]rates
	derived bool // computed from a published discount, not listed
}

// rates holds dollars per million tokens by bucket: in, out, read, write, write1h, think.
type rates map[string]*big.Rat

func (c *catalog) provider(id, name string) *provider {
	p := c.providers[id]
	if p == nil {
		p = &provider{name: name}
		c.providers[id] = p
		c.order = append(c.order, id)
	}
	return p
}

func (c *catalog) models() int {
	n := 0
	for _, p := range c.providers {
		n += len(p.models)
	}
	return n
}

// find resolves a name as pkg/pricing does: exact names before patterns.
func (p *provider) find(name string) *model {
	for _, m := range p.models {
		if m.id == name || slices.Contains(m.names, name) {
			return m
		}
	}
	for _, m := range p.models {
		for _, pattern := range m.patterns {
			if glob.Compile(pattern).Match(name) {
				return m
			}
		}
	}
	return nil
}

// same tells whether two base prices are the same for input, and for output where both have one.
func (r rates) same(other rates) bool {
	return equal(r["in"], other["in"]) && (r["out"] == nil || other["out"] == nil || equal(r["out"], other["out"]))
}

func equal(a, b *big.Rat) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(b) == 0
}

// times is the schedule at a fraction or multiple of its price.
func (s *schedule) times(factor *big.Rat) *schedule {
	scale := func(r rates) rates {
		out := rates{}
		for k, v := range r {
			out[k] = new(big.Rat).Mul(v, factor)
		}
		return out
	}
	out := &schedule{rates: scale(s.rates), derived: true}
	for above, r := range s.tiers {
		if out.tiers == nil {
			out.tiers = map[int64]rates{}
		}
		out.tiers[above] = scale(r)
	}
	return out
}
