package main

import (
	"math/big"
	"regexp"
	"strings"
)

// discounts adds service prices that the providers publish as a rule, not as a list:
//
//   - Anthropic's Message Batches cost half of everything, cache reads and writes included
//     (platform.claude.com/docs/en/build-with-claude/batch-processing#pricing).
//   - OpenAI's batch API costs half (platform.openai.com/docs/guides/batch) for its text models since gpt-5.
//   - Where the first table's remark on a model says so: "Batch and Flex tiers offer 50% discount,
//     Priority tier is 1.8x".
//   - A listed service price that is one fraction of the standard price, for input and output alike,
//     keeps that fraction above the tiers and after a change of the standard price.
func (c *catalog) discounts() {
	for id, p := range c.providers {
		for _, m := range p.models {
			if id == "anthropic" && !strings.HasPrefix(m.id, "claude-2") {
				m.discount(batch, big.NewRat(1, 2))
			}
			if id == "openai" && batchable.MatchString(m.id) {
				m.discount(batch, big.NewRat(1, 2))
			}
			m.remarks()
			m.carry()
		}
	}
}

// discount sets a service's price to a fraction of the standard price wherever it has none.
func (m *model) discount(service int, factor *big.Rat) {
	for i := range m.prices {
		if s := &m.prices[i].services; s[service] == nil && !m.facts.free {
			s[service] = s[standard].times(factor)
		}
	}
}

var (
	batchable = regexp.MustCompile(`^(gpt-[56](\.\d+)?(-(mini|nano|pro|sol|luna|terra|astra))?|o3|o4-mini)(-\d{4}-\d\d-\d\d)?$`)
	half      = regexp.MustCompile(`(Batch API|Batch and Flex tiers) offers? 50% discount`)
	times     = regexp.MustCompile(`Priority tier is (\d+(?:\.\d+)?)x`)
)

func (m *model) remarks() {
	if found := half.FindStringSubmatch(m.comment); found != nil {
		m.discount(batch, big.NewRat(1, 2))
		if strings.Contains(found[1], "Flex") {
			m.discount(flex, big.NewRat(1, 2))
		}
	}
	if found := times.FindStringSubmatch(m.comment); found != nil {
		factor, _ := new(big.Rat).SetString(found[1])
		m.discount(priority, factor)
	}
}

// carry takes a service's fraction of the standard price over to tiers and to other dates.
func (m *model) carry() {
	for service := batch; service <= priority; service++ {
		for _, p := range m.prices {
			factor := fraction(p.services[service], p.services[standard])
			if factor == nil {
				continue
			}
			s := p.services[service]
			if whole := p.services[standard].times(factor); len(s.tiers) == 0 && service != priority {
				s.tiers = whole.tiers
			}
			if !s.derived {
				m.discount(service, factor)
			}
		}
	}
}

// fraction is nil unless input and output have the same one, below the standard price or above it.
func fraction(service, base *schedule) *big.Rat {
	if service == nil || service.rates["in"] == nil || service.rates["out"] == nil ||
		base.rates["in"] == nil || base.rates["out"] == nil || base.rates["in"].Sign() == 0 || base.rates["out"].Sign() == 0 {
		return nil
	}
	in := new(big.Rat).Quo(service.rates["in"], base.rates["in"])
	if out := new(big.Rat).Quo(service.rates["out"], base.rates["out"]); in.Cmp(out) != 0 {
		return nil
	}
	return in
}
