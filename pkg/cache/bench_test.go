package cache_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// BenchmarkHit is a hit among 10,000 answers of 2 kB: p50 is reported beside the mean.
func BenchmarkHit(b *testing.B) {
	for name, open := range stores {
		b.Run(name, func(b *testing.B) {
			store := open(b, 0)
			fill(b, store, 10_000)
			c := cache.New(cache.Config{Store: store})
			defer c.Close() //nolint:errcheck // it gives nil
			miss := func(context.Context) (*llm.Response, error) { b.Error("a miss"); return nil, nil }
			var times []time.Duration
			for i := 0; b.Loop(); i++ {
				q := question(fmt.Sprint("question ", i%10_000))
				start := time.Now()
				if _, hit, err := c.Do(b.Context(), q, miss); !hit || err != nil {
					b.Fatal(hit, err)
				}
				times = append(times, time.Since(start))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
		})
	}
}

func fill(b *testing.B, store cache.Keeper, n int) {
	b.Helper()
	c := cache.New(cache.Config{Store: store})
	text := strings.Repeat("an answer of some length. ", 80)
	for i := range n {
		ask := func(context.Context) (*llm.Response, error) { return whole(text), nil }
		if _, _, err := c.Do(b.Context(), question(fmt.Sprint("question ", i)), ask); err != nil {
			b.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkMiss is what a cache adds to a call that it does not answer, the writing in the background included.
func BenchmarkMiss(b *testing.B) {
	for name, open := range stores {
		b.Run(name, func(b *testing.B) {
			c := cache.New(cache.Config{Store: open(b, 0)})
			defer c.Close() //nolint:errcheck // it gives nil
			ask := func(context.Context) (*llm.Response, error) { return whole("short"), nil }
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, _, err := c.Do(b.Context(), question(fmt.Sprint(i)), ask); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
