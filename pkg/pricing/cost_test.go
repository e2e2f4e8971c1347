package pricing

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestCost(t *testing.T) {
	const k = 1000
	jan := Options{At: on("2026-01-01")}
	tests := []struct {
		name  string
		ref   string
		usage *llm.Usage
		opts  Options
		want  string
	}{
		{"input and output", "openai/m", &llm.Usage{UncachedInput: 10 * k, Output: k}, jan, "$0.024"},
		{"cache read", "openai/m", &llm.Usage{UncachedInput: k, CacheRead: 9 * k, Output: k}, jan, "$0.0105"},
		{"half a nano-dollar rounds to even, down", "openai/m-mini", &llm.Usage{UncachedInput: 1}, jan, "$0.000000038"},
		{"half a nano-dollar rounds to even, up", "openai/m-mini", &llm.Usage{UncachedInput: 3}, jan, "$0.000000112"},
		{"batch", "openai/m", &llm.Usage{UncachedInput: 10 * k, Output: k}, Options{At: jan.At, Batch: true}, "$0.012"},
		{"batch reads the cache at the standard price", "openai/m", &llm.Usage{CacheRead: 10 * k}, Options{At: jan.At, Batch: true}, "$0.005"},
		{"priority reads the cache at the price of input", "openai/m", &llm.Usage{CacheRead: 10 * k}, Options{At: jan.At, Priority: true}, "$0.04"},
		{"no flex price", "openai/m", &llm.Usage{UncachedInput: 1}, Options{At: jan.At, Flex: true}, "unpriced"},
		{"two services at once", "openai/m", &llm.Usage{UncachedInput: 1}, Options{At: jan.At, Flex: true, Batch: true}, "unpriced"},
		{"no price for the cache: that of input", "openai/m-mini", &llm.Usage{CacheRead: k, CacheWrite: k, CacheWrite1h: k}, jan, "$0.0001125"},
		{"cache writes", "anthropic/c-5", &llm.Usage{CacheWrite: 100, CacheWrite1h: 100}, jan, "$0.000975"},
		{"an hour's cache without a price of its own", "anthropic/w-5", &llm.Usage{CacheWrite1h: 1}, jan, "unpriced"},
		{"at the tier's border", "anthropic/c-5", &llm.Usage{UncachedInput: 200, Output: 10}, jan, "$0.00075"},
		{"above it the whole request", "anthropic/c-5", &llm.Usage{UncachedInput: 201, Output: 10}, jan, "$0.001431"},
		{"cached input counts for the tier", "anthropic/c-5", &llm.Usage{CacheRead: 201}, jan, "$0.0001206"},
		{"a service without that tier", "anthropic/c-5", &llm.Usage{UncachedInput: 201}, Options{At: jan.At, Flex: true}, "unpriced"},
		{"the same service below it", "anthropic/c-5", &llm.Usage{UncachedInput: 200}, Options{At: jan.At, Flex: true}, "$0.0002"},
		{"before a change of price", "anthropic/c-5", &llm.Usage{UncachedInput: 300}, Options{At: on("2026-03-13").Add(-1)}, "$0.0018"},
		{"from the day of the change", "anthropic/c-5", &llm.Usage{UncachedInput: 300}, Options{At: on("2026-03-13")}, "$0.0009"},
		{"reasoning at its price, within output", "anthropic/c-5", &llm.Usage{Output: 10, Reasoning: 4}, Options{At: on("2026-04-01")}, "$0.00021"},
		{"reasoning at the output's", "openai/m", &llm.Usage{Output: 10, Reasoning: 4}, jan, "$0.00004"},
		{"an embedding", "openai/emb", &llm.Usage{UncachedInput: 10}, jan, "$0.000001"},
		{"an embedding with output", "openai/emb", &llm.Usage{UncachedInput: 10, Output: 1}, jan, "unpriced"},
		{"free of charge", "gemini/gratis", &llm.Usage{UncachedInput: 10, Output: 1}, jan, "$0.00"},
		{"nothing used", "openai/m", &llm.Usage{}, jan, "$0.00"},
		{"no usage", "openai/m", nil, jan, "unpriced"},
		{"known, no price", "openai/shown", &llm.Usage{UncachedInput: 1}, jan, "unpriced"},
		{"unknown model", "openai/n", &llm.Usage{UncachedInput: 1}, jan, "unpriced"},
		{"local model", "ollama/m", &llm.Usage{UncachedInput: 1}, jan, "unpriced"},
		{"replay", "replay/m", &llm.Usage{UncachedInput: 1}, jan, "unpriced"},
		{"before its first price", "xai/next", &llm.Usage{UncachedInput: 1}, jan, "unpriced"},
		{"negative bucket", "openai/m", &llm.Usage{UncachedInput: -1}, jan, "unpriced"},
		{"more reasoning than output", "openai/m", &llm.Usage{Output: 1, Reasoning: 2}, jan, "unpriced"},
		{"absurd count", "openai/m", &llm.Usage{UncachedInput: 1 << 60}, jan, "unpriced"},
		{"outside the daily window", "deepseek/day", &llm.Usage{Output: k}, Options{At: on("2026-01-01").Add(16*time.Hour + 30*time.Minute)}, "$0.001"},
		{"inside it", "deepseek/day", &llm.Usage{Output: k}, Options{At: on("2026-01-01").Add(30 * time.Minute)}, "$0.002"},
		{"past midnight", "deepseek/day", &llm.Usage{Output: k}, Options{At: on("2026-09-01").Add(90 * time.Minute)}, "$0.004"},
		{"in another zone", "deepseek/day", &llm.Usage{Output: k}, Options{At: on("2026-01-01").Add(30 * time.Minute).In(time.FixedZone("", 9*3600))}, "$0.002"},
	}
	c := sampleCatalog(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(c.Cost(tt.ref, tt.usage, tt.opts)); got != tt.want {
				t.Errorf("Cost(%s, %+v) = %s, want %s", tt.ref, tt.usage, got, tt.want)
			}
			m, _ := c.Find(tt.ref)
			var total *llm.Money
			if b := m.Breakdown(tt.usage, tt.opts); b != nil {
				total = &b.Total
			}
			if got := text(total); got != tt.want {
				t.Errorf("Breakdown's total = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestBreakdown(t *testing.T) {
	m := mustFind(t, sampleCatalog(t), "anthropic/c-5")
	got := m.Breakdown(&llm.Usage{UncachedInput: 201, CacheRead: 4, Output: 2}, Options{Batch: true, At: on("2026-01-01")})
	if got != nil {
		t.Errorf("a batch without the long request's price cost %s", got.Total)
	}
	got = m.Breakdown(&llm.Usage{UncachedInput: 100, CacheRead: 4, Output: 2}, Options{Batch: true, At: on("2026-01-01")})
	want := &Breakdown{
		Total: 150_000 + 1200 + 15_000, Derived: true,
		Lines: []Line{
			{Bucket: "input", Tokens: 100, Rate: nano(1_500_000_000), Cost: 150_000},
			{Bucket: "cache_read", Tokens: 4, Rate: nano(300_000_000), Cost: 1200, Assumed: true},
			{Bucket: "output", Tokens: 2, Rate: nano(7_500_000_000), Cost: 15_000},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("breakdown (-want +got):\n%s", diff)
	}
}

// A usage taken apart into usages of one bucket each costs the same, as long as each falls in the same
// tier; and no cost is off its exact value by more than half a nano-dollar a bucket.
func TestCostIsAdditive(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	all := c.List(Filter{})
	rapid.Check(t, func(rt *rapid.T) {
		m := rapid.SampledFrom(all).Draw(rt, "model")
		n := rapid.Int64Range(0, 15_000)
		u := llm.Usage{
			UncachedInput: n.Draw(rt, "input"), CacheRead: n.Draw(rt, "read"), CacheWrite: n.Draw(rt, "write"),
			CacheWrite1h: n.Draw(rt, "hour"), Output: n.Draw(rt, "output"),
		}
		u.Reasoning = rapid.Int64Range(0, u.Output).Draw(rt, "reasoning")
		at := Options{At: c.Date()}
		whole := m.Cost(&u, at)
		parts := []llm.Usage{
			{UncachedInput: u.UncachedInput},
			{CacheRead: u.CacheRead},
			{CacheWrite: u.CacheWrite},
			{CacheWrite1h: u.CacheWrite1h},
			{Output: u.Output - u.Reasoning},
			{Output: u.Reasoning, Reasoning: u.Reasoning},
		}
		if whole == nil {
			return // unpriced: some part must be, too, which the table above shows
		}
		var sum llm.Money
		for _, p := range parts {
			cost := m.Cost(&p, at)
			if cost == nil {
				rt.Fatalf("%s: the whole costs %s, its part %+v is unpriced", m.Ref(), *whole, p)
			}
			sum += *cost
		}
		// Output and reasoning are one bucket where they have one price, and two in the parts.
		if d := sum - *whole; d < -1 || d > 1 || (d != 0 && m.At(at.At).Standard.Reasoning != nil) {
			rt.Fatalf("%s: %+v costs %s, its parts %s", m.Ref(), u, *whole, sum)
		}
	})
}

func TestTimesOverflow(t *testing.T) {
	if _, ok := times(tooMany, 1<<62); ok {
		t.Error("an overflow was not noticed")
	}
	if got, ok := times(tooMany, 1_000_000); !ok || got != tooMany {
		t.Errorf("times = %d, %v", got, ok)
	}
}
