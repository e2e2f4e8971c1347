package gateway

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestWeightedMembers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := newPool(Pool{Members: []Member{{Ref: "a/1", Weight: 3}, {Ref: "b/1"}}}, r.Float64)
	const n = 20_000
	first := 0
	for range n {
		order := p.order()
		if len(order) != 2 || order[0] == order[1] {
			t.Fatal(order)
		}
		if order[0] == "a/1" {
			first++
		}
	}
	if share := float64(first) / n; math.Abs(share-0.75) > 4*math.Sqrt(0.75*0.25/n) {
		t.Errorf("a/1 is first in %.3f of the calls, want 0.75", share)
	}
}

func TestLeastBusyMember(t *testing.T) {
	p := newPool(Pool{Strategy: LeastBusy, Members: []Member{{Ref: "a/1", Weight: 2}, {Ref: "b/1"}}}, rand.New(rand.NewPCG(1, 2)).Float64)
	count := map[string]int{}
	var calls []*call
	for range 300 {
		ref := p.order()[0]
		count[ref]++
		calls = append(calls, p.begin(ref))
	}
	if count["a/1"] != 200 || count["b/1"] != 100 {
		t.Errorf("got %v, want two to one", count)
	}
	for _, c := range calls {
		c.end(&llm.Response{}, nil)
	}
	if p.state["a/1"].busy != 0 || p.state["b/1"].busy != 0 {
		t.Error("ended calls still count")
	}
}

func TestFastestMember(t *testing.T) {
	p := newPool(Pool{Strategy: LowestLatency, Members: []Member{{Ref: "a/1"}, {Ref: "b/1"}, {Ref: "c/1"}}}, rand.New(rand.NewPCG(1, 2)).Float64)
	times := map[string]time.Duration{"a/1": 300 * time.Millisecond, "b/1": 100 * time.Millisecond, "c/1": 200 * time.Millisecond}
	count := map[string]int{}
	run := func(n int) {
		for range n {
			ref := p.order()[0]
			count[ref]++
			p.begin(ref).end(&llm.Response{Timing: llm.Timing{Total: times[ref]}}, nil)
		}
	}
	run(1000)
	if count["b/1"] < 900 || count["a/1"] == 0 || count["c/1"] == 0 {
		t.Errorf("got %v: the fastest most often, and each at times", count)
	}
	times["b/1"], count = time.Second, map[string]int{}
	run(1000)
	if count["c/1"] < 900 {
		t.Errorf("got %v: b/1 has become slow", count)
	}
	before := p.state["c/1"].latency
	p.begin("c/1").end(&llm.Response{Timing: llm.Timing{Total: time.Nanosecond}}, errors.New("refused at once"))
	if p.state["c/1"].latency != before {
		t.Error("a failure counts as fast")
	}
}

// A deployment at its rate limit is not waited for while another one of the model may answer; the last one is.
func TestTheNextMemberAnswersAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		limited, asked string
		waits          int
	}{
		"one is at its limit": {"x/1", "x/1 y/1", 0},
		"both are":            {"x/1 y/1", "x/1 y/1 y/1 y/1", 2},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			clock := &clock{now: time.Unix(0, 0)}
			g := New(Config{
				Open: func(ref string) (llm.Model, error) {
					return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
						if asked = append(asked, ref); strings.Contains(c.limited, ref) && len(asked) < 4 {
							return nil, &llm.Error{Kind: llm.KindRateLimit, RetryAfter: time.Second}
						}
						return &llm.Response{FinishReason: llm.FinishStop}, nil
					}), nil
				},
				Pools: map[string]Pool{"p": {Members: []Member{{Ref: "x/1", Weight: 1e9}, {Ref: "y/1", Weight: 1e-9}}}},
				Retry: clock.retry(Retry{Attempts: 4}),
			})
			_, err := g.Generate(t.Context(), &llm.Request{Model: "pool/p"})
			if got := strings.Join(asked, " "); err != nil || got != c.asked || len(clock.waits) != c.waits {
				t.Errorf("asked %s, waited %v: %v", got, clock.waits, err)
			}
		})
	}
}
