package pricing

import (
	"math/bits"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Options say how a request was served. The zero value is the standard service, now.
type Options struct {
	Batch    bool // the batch API
	Flex     bool // the slow, cheap service
	Priority bool // the fast, dear service
	// At is the time of the request, for dated prices and daily windows; zero means now.
	At time.Time
}

// Cost is what a usage of a model costs, nil when that is not known: the usage is nil, the model is
// unknown or unpriced, it has no price for the service, or one of the usage's buckets has no price.
func (c *Catalog) Cost(ref string, u *llm.Usage, o Options) *llm.Money {
	m, _ := c.Find(ref)
	return m.Cost(u, o)
}

// Cost is what a usage costs; nil means unpriced, as for Catalog.Cost.
//
// Each bucket costs tokens × price ÷ 10^6, computed exactly and rounded half to even to a nano-dollar;
// the sum is theirs. Prices from $0.001 per million tokens on in steps of that need no rounding. A price
// that is not published is taken from the next best, on the dear side (Line.Assumed tells):
//
//   - Reading from a cache costs what input does. In a batch or flex service it costs the standard
//     service's cached price, if that is less than the service's input price.
//   - Writing to a cache costs what input does, if the model has no price for any writing at all. In a
//     batch or flex service it costs the standard service's price for it.
//   - Reasoning costs what output does.
func (m *Model) Cost(u *llm.Usage, o Options) *llm.Money {
	q, ok := m.quote(u, o)
	if !ok {
		return nil
	}
	var total llm.Money
	for _, b := range q.buckets(u) {
		if b.Tokens == 0 {
			continue
		}
		cost, ok := b.price()
		if !ok || total+cost < total {
			return nil
		}
		total += cost
	}
	return &total
}

// quote is what decides about a request's price.
type quote struct {
	price    *Price
	schedule *Schedule
	rates    *Rates // of the tier that applies
	base     *Rates // the standard service's, of its own tier
	tier     int64
}

func (m *Model) quote(u *llm.Usage, o Options) (q quote, ok bool) {
	if m == nil || u == nil || !u.Possible() {
		return q, false
	}
	at := o.At
	if at.IsZero() {
		at = time.Now()
	}
	q.price = m.At(at)
	if q.price == nil {
		return q, false
	}
	q.schedule = q.price.Service(o)
	if q.schedule == nil {
		return q, false
	}
	var standardTier int64
	q.base, standardTier = q.price.Standard.For(u.Input())
	q.rates, q.tier = q.schedule.For(u.Input())
	// A long request costs more in every service that takes it; without that price it is unknown.
	return q, standardTier == 0 || len(q.schedule.Tiers) > 0
}

// Service is the schedule that o asks for, nil when it has no price, or when o asks for two services.
func (p *Price) Service(o Options) *Schedule {
	switch {
	case o.Batch && !o.Flex && !o.Priority:
		return p.Batch
	case o.Flex && !o.Batch && !o.Priority:
		return p.Flex
	case o.Priority && !o.Batch && !o.Flex:
		return p.Priority
	case !o.Batch && !o.Flex && !o.Priority:
		return p.Standard
	}
	return nil
}

// times is tokens × rate ÷ 10^6, half to even; ok is false past the range of Money.
func times(tokens int64, rate llm.Money) (cost llm.Money, ok bool) {
	const million = 1_000_000
	hi, lo := bits.Mul64(uint64(tokens), uint64(rate))
	if hi >= million {
		return 0, false
	}
	q, r := bits.Div64(hi, lo, million)
	if r > million/2 || (r == million/2 && q%2 == 1) {
		q++
	}
	if q > 1<<63-1 {
		return 0, false
	}
	return llm.Money(q), true
}
