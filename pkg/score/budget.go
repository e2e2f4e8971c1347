package score

import (
	"context"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// measured makes an Outcome of a measurement: the value is the measurement itself, and it passes where it
// is not above limit (nil means that every value passes).
func measured(value float64, limit *float64, format string, args ...any) Outcome {
	o := passed(limit == nil || value <= *limit, format, args...)
	o.Value, o.measured = value, true
	return o
}

// latency measures the milliseconds that an answer took. What is 0 or less was not measured.
type latency struct {
	Max string `yaml:"max" json:"max"` // 800ms, 2.5s
	Of  string `yaml:"of" json:"of"`   // total, ttft (to the first words, for streamed answers)

	max *float64
}

func newLatency(o latency) (Scorer, error) {
	if o.Of != "total" && o.Of != "ttft" {
		return nil, badOption("of", "want total or ttft")
	}
	if o.Max != "" {
		d, err := time.ParseDuration(o.Max)
		if err != nil || d <= 0 {
			return nil, badOption("max", "want a duration such as 800ms or 2.5s")
		}
		ms := float64(d) / float64(time.Millisecond)
		o.max = &ms
	}
	return &o, nil
}

// Score reads the clock's result.
func (o *latency) Score(_ context.Context, s *Sample) Outcome {
	took := s.latency()
	if o.Of == "ttft" {
		if took = s.ttft(); took <= 0 {
			return unscored("the time to the first words is unknown: the answer was not streamed")
		}
	}
	if took <= 0 {
		return unscored("the latency is unknown")
	}
	return measured(float64(took)/float64(time.Millisecond), o.max, "took %v, want at most %s", took.Round(time.Millisecond), o.Max)
}

func (s *Sample) latency() time.Duration {
	if s.Latency == 0 && s.Response != nil {
		return s.Response.Timing.Total
	}
	return s.Latency
}

func (s *Sample) ttft() time.Duration {
	if s.Response == nil {
		return 0
	}
	return s.Response.Timing.TTFT
}

// cost measures the dollars that an answer cost.
type cost struct {
	Max string `yaml:"max" json:"max"` // dollars: 0.01 or $0.01

	limit *float64
}

func newCost(o cost) (Scorer, error) {
	if o.Max != "" {
		m, err := llm.ParseMoney(o.Max)
		if err != nil || m < 0 {
			return nil, badOption("max", "want dollars such as 0.01")
		}
		dollars := float64(m) / float64(llm.Dollar)
		o.limit = &dollars
	}
	return &o, nil
}

// Score reads the price. An unpriced answer is unscored, and not free.
func (o *cost) Score(_ context.Context, s *Sample) Outcome {
	if s.Cost == nil {
		return unscored("the answer is unpriced")
	}
	return measured(float64(*s.Cost)/float64(llm.Dollar), o.limit, "cost %v, want at most $%s", *s.Cost, o.Max)
}

// tokens measures the tokens that the provider counted.
type tokens struct {
	Max *int   `yaml:"max" json:"max"`
	Of  string `yaml:"of" json:"of"` // total, input, output, reasoning
}

func newTokens(o tokens) (Scorer, error) {
	switch o.Of {
	case "total", "input", "output", "reasoning":
	default:
		return nil, badOption("of", "want total, input, output or reasoning")
	}
	if o.Max != nil && *o.Max < 0 {
		return nil, badOption("max", "want a whole number from 0")
	}
	return &o, nil
}

// Score reads the usage. An unknown one is unscored, and not 0.
func (o *tokens) Score(_ context.Context, s *Sample) Outcome {
	if s.Response == nil || s.Response.Usage == nil {
		return unscored("the usage is unknown")
	}
	u := s.Response.Usage
	n := map[string]int64{"total": u.Input() + u.Output, "input": u.Input(), "output": u.Output, "reasoning": u.Reasoning}[o.Of]
	if o.Max == nil {
		return measured(float64(n), nil, "")
	}
	limit := float64(*o.Max)
	return measured(float64(n), &limit, "%d tokens (%s), want at most %d", n, o.Of, *o.Max)
}

func (o *latency) unit() string { return "ms" }

func (o *cost) unit() string { return "USD" }

func (o *tokens) unit() string { return "tokens" }
