package pricing

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Breakdown is a cost, bucket by bucket.
type Breakdown struct {
	Total   llm.Money
	Lines   []Line    // the buckets that have tokens
	From    time.Time // since when the price holds; zero: since ever
	Tier    int64     // the input above which the price holds; 0: the base price
	Derived bool      // from a published discount, not a listed price
}

// Line is one bucket of a Breakdown.
type Line struct {
	Bucket  string // "input", "cache_read", "cache_write", "cache_write_1h", "output", "reasoning"
	Tokens  int64
	Rate    *llm.Money // per million tokens; nil: unpriced
	Assumed bool       // no price is published for this bucket; see Model.Cost for what is taken instead
	Cost    llm.Money
}

// Breakdown shows how Cost comes about; nil means unpriced.
func (m *Model) Breakdown(u *llm.Usage, o Options) *Breakdown {
	q, ok := m.quote(u, o)
	if !ok {
		return nil
	}
	b := &Breakdown{From: q.price.From, Tier: q.tier, Derived: q.schedule.Derived}
	for _, line := range q.buckets(u) {
		if line.Tokens == 0 {
			continue
		}
		if line.Cost, ok = line.price(); !ok || b.Total+line.Cost < b.Total {
			return nil
		}
		b.Total += line.Cost
		b.Lines = append(b.Lines, line)
	}
	return b
}

func (l *Line) price() (llm.Money, bool) {
	if l.Rate == nil {
		return 0, false
	}
	return times(l.Tokens, *l.Rate)
}

// buckets lays a usage out in parts that do not overlap, each with its rate.
func (q *quote) buckets(u *llm.Usage) [6]Line {
	r := q.rates
	read, readAssumed := q.cacheRead()
	write, writeAssumed := q.cacheWrite(r.CacheWrite, q.base.CacheWrite)
	hour, hourAssumed := q.cacheWrite(r.CacheWrite1h, q.base.CacheWrite1h)
	thought := u.Reasoning
	if r.Reasoning == nil {
		thought = 0 // part of the output at its price
	}
	return [6]Line{
		{Bucket: "input", Tokens: u.UncachedInput, Rate: r.Input},
		{Bucket: "cache_read", Tokens: u.CacheRead, Rate: read, Assumed: readAssumed},
		{Bucket: "cache_write", Tokens: u.CacheWrite, Rate: write, Assumed: writeAssumed},
		{Bucket: "cache_write_1h", Tokens: u.CacheWrite1h, Rate: hour, Assumed: hourAssumed},
		{Bucket: "output", Tokens: u.Output - thought, Rate: r.Output},
		{Bucket: "reasoning", Tokens: thought, Rate: r.Reasoning},
	}
}

func (q *quote) cacheRead() (rate *llm.Money, assumed bool) {
	if q.rates.CacheRead != nil {
		return q.rates.CacheRead, false
	}
	if base := q.base.CacheRead; !q.dear() && base != nil && q.rates.Input != nil && *base < *q.rates.Input {
		return base, true
	}
	return q.rates.Input, true
}

// dear tells whether the service costs more than the standard one, whose price then is no upper bound.
func (q *quote) dear() bool { return q.schedule == q.price.Priority }

// cacheWrite leaves an hour's cache unpriced where only the five minutes' price is published.
func (q *quote) cacheWrite(own, base *llm.Money) (rate *llm.Money, assumed bool) {
	switch {
	case own != nil:
		return own, false
	case base != nil && !q.dear():
		return base, true
	case q.base.CacheWrite == nil && q.base.CacheWrite1h == nil:
		return q.rates.Input, true
	}
	return nil, true
}
