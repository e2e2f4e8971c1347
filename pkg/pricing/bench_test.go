package pricing

import (
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// BenchmarkFirstFind is the price of the first question of a process: a fresh catalog each time, and the
// provider with the most models.
func BenchmarkFirstFind(b *testing.B) {
	for _, ref := range []string{"openai/gpt-4o-2024-08-06", "openrouter/anthropic/claude-sonnet-4.5"} {
		b.Run(ref, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, err := Parse(catalogText)
				if err != nil {
					b.Fatal(err)
				}
				if _, ok := c.Find(ref); !ok {
					b.Fatal("not found")
				}
			}
		})
	}
}

func BenchmarkFind(b *testing.B) {
	c := defaultT(b)
	for name, ref := range map[string]string{
		"name": "openai/gpt-4o-2024-08-06", "pattern": "gemini/gemini-2.5-pro-preview-05-06", "unknown": "bedrock/nobody.nothing-v1:0",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Find(ref)
			}
		})
	}
}

func BenchmarkCost(b *testing.B) {
	c := defaultT(b)
	u := &llm.Usage{UncachedInput: 1200, CacheRead: 4000, CacheWrite: 100, Output: 800, Reasoning: 200}
	o := Options{At: c.Date()}
	b.ReportAllocs()
	for b.Loop() {
		if c.Cost("anthropic/claude-sonnet-4-5-20250929", u, o) == nil {
			b.Fatal("unpriced")
		}
	}
}

func BenchmarkListAll(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		c, err := Parse(catalogText)
		if err != nil {
			b.Fatal(err)
		}
		if len(c.List(Filter{})) < 1000 {
			b.Fatal("models are missing")
		}
	}
}
