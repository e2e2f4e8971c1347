package pricing

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Model is an entry of the catalog. It is shared: do not change it.
type Model struct {
	Provider string   // "openai"; "google" for gemini/ references
	ID       string   // the name that it is listed under, lower case
	Names    []string // other exact names of the same model at the same price
	Patterns []string // patterns of names, as in "claude-opus-5-########"; # is a digit, * a snapshot's tail
	Prices   []Price  // oldest first, empty when unpriced

	Context   int64 // tokens of input and output together; 0 means unknown
	MaxInput  int64 // 0 means that only Context limits it, or unknown
	MaxOutput int64 // 0 means unknown
	Can       Capability
	Embedding bool
	Free      bool      // published as free of charge: its price of 0 is a fact
	Until     time.Time // the day it is switched off; zero means that none is published
	Retired   bool      // said to be gone, without a date
	Disputed  bool      // the catalog's two sources name different prices: the one that dates its prices is taken
	Override  bool      // from the user's llmops.yaml
}

// Ref is the model's reference, "provider/id".
func (m *Model) Ref() string { return m.Provider + "/" + m.ID }

// Deprecated tells whether the model is switched off at a time.
func (m *Model) Deprecated(at time.Time) bool {
	return m.Retired || (!m.Until.IsZero() && !at.Before(m.Until))
}

// Price is what a model costs from a date on, or in a window of hours of the day.
type Price struct {
	From   time.Time // zero: since ever
	Window Window    // zero: the whole day

	Standard              *Schedule
	Batch, Flex, Priority *Schedule // nil: the service is not offered, or its price is not known
}

// Window is a part of each day in UTC, from Start until just before End, past midnight when End is the
// smaller. The zero Window is the whole day.
type Window struct{ Start, End time.Duration }

// Schedule is the price of a request: Rates, or those of the last tier whose Above the input exceeds.
type Schedule struct {
	Rates
	Tiers   []Tier // ascending
	Derived bool   // computed from a discount that the provider publishes as a rule, not listed
}

// Tier is the price of a whole request whose input, cached parts included, has more than Above tokens.
// All its tokens cost the tier's price, also those below Above: so do all providers in the catalog bill.
type Tier struct {
	Above int64
	Rates
}

// Rates are prices per million tokens; nil means that none is published. $0.15 per million tokens is
// 150,000,000 nano-dollars, so that a price per token as fine as 10^-15 dollars is exact.
type Rates struct {
	Input        *llm.Money
	CacheRead    *llm.Money
	CacheWrite   *llm.Money // for the default time (Anthropic: 5 minutes)
	CacheWrite1h *llm.Money
	Output       *llm.Money
	Reasoning    *llm.Money // nil: reasoning costs what output does
}

// At finds the price in force at a time: the last listed one that has begun and whose window is open.
// It is nil when there is none.
func (m *Model) At(at time.Time) *Price {
	if m == nil {
		return nil
	}
	at = at.UTC()
	for i := len(m.Prices) - 1; i >= 0; i-- {
		if p := &m.Prices[i]; !at.Before(p.From) && p.Window.open(at) {
			return p
		}
	}
	return nil
}

func (w Window) open(at time.Time) bool {
	if w == (Window{}) {
		return true
	}
	day := at.Sub(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC))
	if w.Start <= w.End {
		return w.Start <= day && day < w.End
	}
	return w.Start <= day || day < w.End
}

// For gives the rates for a request of so many input tokens, and the tier's Above, 0 for the base price.
func (s *Schedule) For(input int64) (*Rates, int64) {
	for i := len(s.Tiers) - 1; i >= 0; i-- {
		if input > s.Tiers[i].Above {
			return &s.Tiers[i].Rates, s.Tiers[i].Above
		}
	}
	return &s.Rates, 0
}
