package pricing

import (
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// most dates of a model, and tiers of a price: aliases in YAML could multiply them.
const most = 50

// overrideParser reads prices from YAML nodes of one file.
type overrideParser struct{ file string }

func (p overrideParser) at(n *yaml.Node, format string, args ...any) *diag.Error {
	return diag.At(p.file, n.Line, n.Column, format, args...)
}

// aliased follows an alias; yaml.v3 allows none to contain itself.
func aliased(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// model reads one price, or a list of prices with the dates from which they hold.
func (p overrideParser) model(n *yaml.Node) (*Model, error) {
	m := &Model{}
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	if len(list) > most {
		return nil, p.at(n, "more than %d prices of one model", most)
	}
	for _, item := range list {
		price, err := p.price(m, aliased(item))
		if err != nil {
			return nil, err
		}
		m.Prices = append(m.Prices, *price)
	}
	if len(m.Prices) == 0 {
		return nil, p.at(n, "a price list with nothing in it")
	}
	slices.SortStableFunc(m.Prices, func(a, b Price) int { return a.From.Compare(b.From) })
	return m, nil
}

func (p overrideParser) price(m *Model, n *yaml.Node) (*Price, error) {
	price := &Price{Standard: &Schedule{}}
	err := p.fields(n, func(key, value *yaml.Node) (known bool, err error) {
		switch key.Value {
		case "from":
			price.From, err = time.Parse(time.DateOnly, value.Value)
			if err != nil {
				err = p.at(value, "%.40q is no date", value.Value).WithHint("write it as 2026-10-01")
			}
		case "context":
			m.Context, err = p.count(value)
		case "max_output":
			m.MaxOutput, err = p.count(value)
		case "batch":
			price.Batch, err = p.service(value)
		case "flex":
			price.Flex, err = p.service(value)
		case "priority":
			price.Priority, err = p.service(value)
		default:
			return p.scheduleField(price.Standard, key, value)
		}
		return true, err
	}, "from", "context", "max_output", "batch", "flex", "priority", "tiers")
	if err == nil {
		err = p.finish(n, price.Standard)
	}
	return price, err
}

func (p overrideParser) service(n *yaml.Node) (*Schedule, error) {
	s := &Schedule{}
	err := p.fields(n, func(key, value *yaml.Node) (bool, error) { return p.scheduleField(s, key, value) }, "tiers")
	if err == nil {
		err = p.finish(n, s)
	}
	return s, err
}

// finish checks what only the whole can tell, and completes tiers from the base price.
func (p overrideParser) finish(n *yaml.Node, s *Schedule) error {
	if s.Input == nil {
		return p.at(n, "a price without input").WithHint("write input: and output: in dollars per million tokens, 0 where it is free")
	}
	slices.SortStableFunc(s.Tiers, func(a, b Tier) int { return int(a.Above - b.Above) })
	for i := range s.Tiers {
		base := s.Rates
		if i > 0 {
			base = s.Tiers[i-1].Rates
		}
		s.Tiers[i].complete(base)
	}
	return nil
}

func (r *Rates) complete(base Rates) {
	for _, pair := range rateKeys {
		if own := r.bucket(pair[1]); *own == nil {
			*own = *base.bucket(pair[1])
		}
	}
}

func (p overrideParser) scheduleField(s *Schedule, key, value *yaml.Node) (known bool, err error) {
	if key.Value != "tiers" {
		return p.rate(&s.Rates, key, value)
	}
	if value.Kind != yaml.SequenceNode {
		return true, p.at(value, "tiers must be a list").WithHint("for example  tiers: [{above: 200000, input: 4}]")
	}
	if len(value.Content) > most {
		return true, p.at(value, "more than %d tiers", most)
	}
	for _, item := range value.Content {
		item = aliased(item)
		tier := Tier{Above: -1}
		err := p.fields(item, func(key, value *yaml.Node) (known bool, err error) {
			if key.Value == "above" {
				tier.Above, err = p.count(value)
				return true, err
			}
			return p.rate(&tier.Rates, key, value)
		}, "above")
		if err != nil {
			return true, err
		}
		if tier.Above < 0 {
			return true, p.at(item, "a tier without above").WithHint("say above how many input tokens it holds")
		}
		s.Tiers = append(s.Tiers, tier)
	}
	return true, nil
}

// rateKeys pairs the user's words for the buckets with the catalog's.
var rateKeys = [...][2]string{
	{"input", "in"}, {"output", "out"}, {"cache_read", "read"}, {"cache_write", "write"}, {"cache_write_1h", "write1h"}, {"reasoning", "think"},
}

func (p overrideParser) rate(r *Rates, key, value *yaml.Node) (known bool, err error) {
	for _, pair := range rateKeys {
		if pair[0] == key.Value {
			v, err := p.dollars(key.Value, value)
			*r.bucket(pair[1]) = &v
			return true, err
		}
	}
	return false, nil
}

// dollars reads a price. Prices per token, a usual mistake, are a million times too small to be true.
func (p overrideParser) dollars(field string, n *yaml.Node) (llm.Money, error) {
	v, err := llm.ParseMoney(n.Value)
	const hint = "prices are dollars per million tokens, such as 0.15"
	switch {
	case n.Kind != yaml.ScalarNode || err != nil:
		return 0, p.at(n, "%s: %.40q is no price", field, n.Value).WithHint(hint)
	case v < 0:
		return 0, p.at(n, "%s: a price is never negative, and %.40s is", field, n.Value).WithHint(hint)
	case v > 0 && v < llm.Dollar/10_000:
		return 0, p.at(n, "%s: %.40s looks like a price per token", field, n.Value).WithHint(hint)
	case v > 100_000*llm.Dollar:
		return 0, p.at(n, "%s: %.40s is too much for a million tokens", field, n.Value).WithHint(hint)
	}
	return v, nil
}
