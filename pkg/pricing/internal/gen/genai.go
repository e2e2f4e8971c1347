package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// genaiProvider and genaiModel are the fields that we read of the first table.
type genaiProvider struct {
	ID, Name string
	Models   []genaiModel
}

type genaiModel struct {
	ID         string
	Match      json.RawMessage
	Context    int64 `json:"context_window"`
	Prices     json.RawMessage
	Comments   string `json:"price_comments"`
	Deprecated bool
}

type genaiPrice struct {
	Constraint struct {
		Type  string
		Date  string `json:"start_date"`
		Start string `json:"start_time"`
		End   string `json:"end_time"`
	}
	Prices map[string]json.RawMessage
}

var genaiBuckets = map[string]string{
	"input_mtok": "in", "output_mtok": "out", "cache_read_mtok": "read", "cache_write_mtok": "write",
	"cache_write_1h_mtok": "write1h", "output_reasoning_mtok": "think",
}

func readGenai(data []byte) (*catalog, error) {
	var table []genaiProvider
	if err := json.Unmarshal(data, &table); err != nil {
		return nil, err
	}
	c := &catalog{providers: map[string]*provider{}}
	for _, gp := range table {
		p := c.provider(gp.ID, gp.Name)
		for _, gm := range gp.Models {
			m, err := gm.model()
			if err != nil {
				return nil, fmt.Errorf("%s/%s: %w", gp.ID, gm.ID, err)
			}
			if m != nil {
				p.models = append(p.models, m)
			}
		}
	}
	return c, nil
}

// model is nil for what is not priced by the token (pages, hours of audio).
func (g genaiModel) model() (*model, error) {
	m := &model{id: strings.ToLower(g.ID), comment: g.Comments}
	m.facts.context, m.facts.retired = g.Context, g.Deprecated
	if err := m.match(g.Match); err != nil {
		return nil, err
	}
	if string(g.Prices) == "{}" {
		m.facts.free = strings.HasSuffix(m.id, ":free") || strings.Contains(g.Comments, "Free of charge")
		if m.facts.free {
			m.prices = []price{{services: [4]*schedule{{rates: rates{"in": new(big.Rat), "out": new(big.Rat)}}}}}
		}
		return m, nil
	}
	list, err := g.priceList()
	if err != nil {
		return nil, err
	}
	from := ""
	for _, gp := range list {
		s, err := gp.schedule()
		if err != nil {
			return nil, err
		}
		if s == nil {
			continue
		}
		if gp.Constraint.Date != "" {
			from = gp.Constraint.Date
		}
		m.prices = append(m.prices, price{from: from, window: gp.window(), services: [4]*schedule{s}})
	}
	if len(m.prices) == 0 {
		return nil, nil
	}
	return m, nil
}

func (g genaiModel) priceList() ([]genaiPrice, error) {
	if bytes.HasPrefix(g.Prices, []byte("[")) {
		var list []genaiPrice
		err := json.Unmarshal(g.Prices, &list)
		return list, err
	}
	var one genaiPrice
	err := json.Unmarshal(g.Prices, &one.Prices)
	return []genaiPrice{one}, err
}

// window turns "00:30:00Z" to "16:30:00Z" into "00:30-16:30".
func (g genaiPrice) window() string {
	if g.Constraint.Type != "time_of_date" {
		return ""
	}
	return g.Constraint.Start[:5] + "-" + g.Constraint.End[:5]
}

// schedule is nil where neither input nor output has a price per token.
func (g genaiPrice) schedule() (*schedule, error) {
	s := &schedule{rates: rates{}}
	for field, raw := range g.Prices {
		bucket := genaiBuckets[field]
		if bucket == "" {
			continue
		}
		if err := s.set(bucket, raw); err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
	}
	if s.rates["in"] == nil && s.rates["out"] == nil {
		return nil, nil
	}
	return s, nil
}

// set reads a number, or {"base": 3, "tiers": [{"start": 200000, "price": 6}]}.
func (s *schedule) set(bucket string, raw json.RawMessage) error {
	tiered := struct {
		Base  json.Number
		Tiers []struct {
			Start int64
			Price json.Number
		}
	}{Base: json.Number(raw)}
	if bytes.HasPrefix(raw, []byte("{")) {
		if err := json.Unmarshal(raw, &tiered); err != nil {
			return err
		}
	}
	base, err := rat(tiered.Base)
	if err != nil {
		return err
	}
	s.rates[bucket] = base
	for _, t := range tiered.Tiers {
		v, err := rat(t.Price)
		if err != nil {
			return err
		}
		s.tier(t.Start)[bucket] = v
	}
	return nil
}

func (s *schedule) tier(above int64) rates {
	if s.tiers == nil {
		s.tiers = map[int64]rates{}
	}
	if s.tiers[above] == nil {
		s.tiers[above] = rates{}
	}
	return s.tiers[above]
}

func rat(n json.Number) (*big.Rat, error) {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok || r.Sign() < 0 {
		return nil, fmt.Errorf("%q is no price", n)
	}
	return r, nil
}
