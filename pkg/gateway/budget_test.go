package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// The models of a chain share one budget of attempts and time, and none uses up what the others need to be asked once.
func TestOneBudgetOfAttemptsAndTime(t *testing.T) {
	long := Chains{
		Any:           map[string][]Link{"a/1": link("b/1", "c/1", "static:sorry"), "f/1": link("a/1", "b/1"), "g/1": link("b/1", "static:sorry", "c/1")},
		ContentFilter: map[string][]Link{"a/1": link("d/1", "e/1")},
	}
	for name, c := range map[string]struct {
		chains          Chains
		ask             string
		models          script
		attempts, total int
		time            time.Duration
		asked           string
		text            string // "" means an error
		why             string
	}{
		"retries leave an attempt to each model": {
			chains: chains, ask: "a/1", models: script{"a/1": "server", "b/1": "server", "c/1": "ok"}, attempts: 3, total: 5,
			asked: "a/1 a/1 a/1 b/1 c/1", text: "from c/1", why: "a/1: server; b/1: server",
		},
		"as many as a batch has": {
			chains: long, ask: "f/1", models: script{"f/1": "server", "a/1": "server", "b/1": "server", "c/1": "ok"}, attempts: 8, total: 12,
			asked: strings.Repeat("f/1 ", 8) + "a/1 a/1 b/1 c/1", text: "from c/1", why: "f/1: server; a/1: server; b/1: server",
		},
		"a model that is in two chains is asked once": {
			chains: long, ask: "f/1", models: script{"f/1": "server", "a/1": "server", "b/1": "ok"}, attempts: 2, total: 5,
			asked: "f/1 f/1 a/1 b/1", text: "from b/1", why: "f/1: server; a/1: server",
		},
		"behind a text nobody is asked": {
			chains: long, ask: "g/1", models: script{"g/1": "server", "b/1": "server"}, attempts: 4, total: 6,
			asked: "g/1 g/1 g/1 g/1 b/1 b/1", text: "sorry", why: "g/1: server; b/1: server",
		},
		"the chain for this failure counts, not another": {
			chains: Chains{ContentFilter: map[string][]Link{"a/1": link("d/1", "e/1")}}, ask: "a/1", models: script{"a/1": "server"}, attempts: 4, total: 4,
			asked: "a/1 a/1 a/1 a/1", why: "a/1: server",
		},
		"fewer attempts than models": {
			chains: long, ask: "a/1", models: script{"a/1": "server", "b/1": "server", "c/1": "ok"}, attempts: 2, total: 2,
			asked: "a/1 b/1", text: "sorry", why: "a/1: server; b/1: server; c/1: no attempt or time left",
		},
		"one attempt is the first model's": {
			chains: long, ask: "a/1", models: script{"a/1": "server", "b/1": "ok"}, attempts: 1, total: 1,
			asked: "a/1", text: "sorry", why: "a/1: server; b/1: no attempt or time left; c/1: no attempt or time left",
		},
		"a pool's members": {
			chains: chains, ask: "pool/p", models: script{"x/1": "server", "y/1": "server", "z/1": "ok"}, attempts: 4, total: 4,
			asked: "x/1 y/1 y/1 z/1", text: "from z/1", why: "x/1: server; y/1: server",
		},
		// Waits are 250 ms, then 500 ms. With two models to come the first has a third of the time.
		"time for all": {
			chains: chains, ask: "a/1", models: script{"a/1": "server", "b/1": "server", "c/1": "ok"}, attempts: 3, time: time.Second,
			asked: "a/1 a/1 b/1 b/1 c/1", text: "from c/1", why: "a/1: server; b/1: server",
		},
		"no time for retries": {
			chains: chains, ask: "a/1", models: script{"a/1": "server", "b/1": "server", "c/1": "ok"}, attempts: 3, time: 300 * time.Millisecond,
			asked: "a/1 b/1 c/1", text: "from c/1", why: "a/1: server; b/1: server",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			clock := &clock{now: time.Unix(0, 0)}
			g := New(Config{
				Open: c.models.open(&asked), Chains: c.chains, TotalAttempts: c.total,
				Retry: clock.retry(Retry{Attempts: c.attempts, Total: c.time}),
				Pools: map[string]Pool{"p": {Members: []Member{{Ref: "x/1", Weight: 1e9}, {Ref: "y/1", Weight: 1e-9}}}},
			})
			resp, err := g.Generate(t.Context(), &llm.Request{Model: c.ask})
			if diff := cmp.Diff(c.asked, strings.Join(asked, " ")); diff != "" {
				t.Error(diff)
			}
			if (err == nil) != (c.text != "") || resp.Text() != c.text || resp.Why != c.why || resp.Attempts != len(asked) {
				t.Errorf("%+v, %v", resp, err)
			}
		})
	}
}

// A model whose circuit is open needs no attempt.
func TestNoAttemptIsKeptForWhoIsLeftAlone(t *testing.T) {
	var asked []string
	models := script{"a/1": "server", "b/1": "server", "c/1": "ok"}
	clock := &clock{now: time.Unix(0, 0)}
	g := New(Config{
		Open: models.open(&asked), Chains: Chains{Any: map[string][]Link{"a/1": link("b/1", "c/1"), "b/1": link("c/1")}},
		TotalAttempts: 4, Retry: clock.retry(Retry{Attempts: 3}), Breaker: Breaker{Failures: 1, Cooldown: time.Hour},
	})
	for _, ask := range []string{"b/1", "a/1"} {
		asked = nil
		if resp, err := g.Generate(t.Context(), &llm.Request{Model: ask}); err != nil || resp.Ref != "c/1" {
			t.Fatalf("%+v, %v", resp, err)
		}
	}
	if got := strings.Join(asked, " "); got != "a/1 a/1 a/1 c/1" {
		t.Errorf("asked %s", got)
	}
}

// Where another model may answer at once, a long wait that the provider asks for is not made.
func TestRetryAfterAndAFallback(t *testing.T) {
	for name, c := range map[string]struct {
		chain []Link
		after time.Duration
		asked string
		waits []time.Duration
		fails bool
	}{
		"a short one is kept":             {link("b/1"), 4 * time.Second, "a/1 a/1 b/1", []time.Duration{4200 * time.Millisecond}, false},
		"a long one is not":               {link("b/1"), 20 * time.Second, "a/1 b/1", nil, false},
		"a text is no model":              {link("static:sorry"), 20 * time.Second, "a/1 a/1", []time.Duration{21 * time.Second}, false},
		"nobody else":                     {nil, 20 * time.Second, "a/1 a/1", []time.Duration{21 * time.Second}, true},
		"nobody else, and far too long":   {nil, 2 * time.Minute, "a/1", nil, true},
		"somebody else, and far too long": {link("b/1"), 2 * time.Minute, "a/1 b/1", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			clock := &clock{now: time.Unix(0, 0)}
			g := New(Config{
				Open: func(ref string) (llm.Model, error) {
					return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
						if asked = append(asked, ref); ref == "a/1" {
							return nil, &llm.Error{Kind: llm.KindRateLimit, RetryAfter: c.after}
						}
						return &llm.Response{FinishReason: llm.FinishStop}, nil
					}), nil
				},
				Chains: Chains{Any: map[string][]Link{"a/1": c.chain}}, Retry: clock.retry(Retry{Attempts: 2}),
			})
			_, err := g.Generate(t.Context(), &llm.Request{Model: "a/1"})
			if got := strings.Join(asked, " "); got != c.asked || (err != nil) != c.fails {
				t.Errorf("asked %s: %v", got, err)
			}
			if diff := cmp.Diff(c.waits, clock.waits); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The time of an answer counts from when the first model was asked, and that of a call that failed all the models.
func TestTheTimeOfModelsBefore(t *testing.T) {
	now := time.Unix(0, 0)
	models := map[string]bool{"b/1": true}
	g := New(Config{
		Open: func(ref string) (llm.Model, error) {
			return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
				now = now.Add(3 * time.Second)
				resp := &llm.Response{Parts: []llm.Part{{Text: "a"}}, Timing: llm.Timing{TTFT: time.Second, Total: 3 * time.Second}}
				if !models[ref] {
					return resp, &llm.Error{Kind: llm.KindTruncated}
				}
				return resp, nil
			}), nil
		},
		Chains: Chains{Any: map[string][]Link{"a/1": link("b/1")}},
		Retry:  Retry{Attempts: 1, Now: func() time.Time { return now }},
	})
	resp, err := g.Generate(t.Context(), &llm.Request{Model: "a/1"})
	if want := (llm.Timing{TTFT: 4 * time.Second, Total: 6 * time.Second}); err != nil || resp.Timing != want || resp.Lost[0].Timing.Total != 3*time.Second {
		t.Errorf("%+v, %v", resp, err)
	}
	models["b/1"] = false
	if resp, err = g.Generate(t.Context(), &llm.Request{Model: "a/1"}); err == nil || resp.Timing.Total != 6*time.Second {
		t.Errorf("%+v, %v", resp, err)
	}
}

// What panics takes nothing with it: the circuit's probe, the pool's count of calls, the limit.
func TestPanic(t *testing.T) {
	began, ended := 0, 0
	boom := true
	var asked []string
	g := New(Config{
		Open: func(ref string) (llm.Model, error) {
			return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
				asked = append(asked, ref)
				switch {
				case ref == "b/1":
					return &llm.Response{}, nil
				case len(asked) == 1:
					return nil, &llm.Error{Kind: llm.KindServer}
				case boom:
					panic("boom")
				}
				return &llm.Response{Timing: llm.Timing{Total: time.Second}}, nil
			}), nil
		},
		Pools:  map[string]Pool{"p": {Members: []Member{{Ref: "a/1"}}}},
		Chains: Chains{Any: map[string][]Link{"pool/p": link("b/1")}},
		Limit: func(context.Context, string, *llm.Request) (func(*llm.Response), error) {
			began++
			return func(*llm.Response) { ended++ }, nil
		},
		Retry: Retry{Attempts: 1}, Breaker: Breaker{Failures: 1, Cooldown: time.Nanosecond},
	})
	ask := func() (resp *llm.Response, err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%v", r)
			}
		}()
		return g.Generate(t.Context(), &llm.Request{Model: "pool/p"})
	}
	_, _ = ask() // opens the circuit
	time.Sleep(time.Millisecond)
	if _, err := ask(); err == nil || err.Error() != "boom" {
		t.Fatalf("the probe did not panic: %v", err)
	}
	boom = false
	if resp, err := ask(); err != nil || resp.Ref != "a/1" {
		t.Errorf("%+v, %v: the circuit waits for the probe that panicked", resp, err)
	}
	if busy := g.pool("pool/p").state["a/1"].busy; busy != 0 || began != ended {
		t.Errorf("%d calls under way, %d of %d tries ended", busy, ended, began)
	}
}

// A substitute that cannot be used, for want of its key, is passed over: what the user is to mend must not cost the
// answer that the next one gives. The model that was asked for is a mistake to be told.
func TestASubstituteThatCannotBeUsed(t *testing.T) {
	missing := diag.Errorf("there is no key for b").WithHint("set B_KEY")
	var asked []string
	models := script{"a/1": "server", "c/1": "ok", "e/1": "server"}
	open := models.open(&asked)
	g := New(Config{
		Open: func(ref string) (llm.Model, error) {
			if ref == "b/1" {
				return nil, missing
			}
			return open(ref)
		},
		Chains: Chains{Any: map[string][]Link{"a/1": link("b/1", "c/1"), "e/1": link("b/1")}}, Retry: Retry{Attempts: 1},
	})
	resp, err := g.Generate(t.Context(), &llm.Request{Model: "a/1"})
	if err != nil || resp.Text() != "from c/1" || resp.Why != "a/1: server; b/1: cannot be used" {
		t.Errorf("%+v, %v", resp, err)
	}
	_, err = g.Generate(t.Context(), &llm.Request{Model: "e/1"})
	var mistake *diag.Error
	if kindOf(err) == "" || errors.As(err, &mistake) || !strings.Contains(err.Error(), "no key for b") {
		t.Errorf("got %v; want the failure of the model that was asked, and what the other lacks", err)
	}
	if _, err = g.Generate(t.Context(), &llm.Request{Model: "b/1"}); !errors.As(err, &mistake) {
		t.Errorf("got %v", err)
	}
}

// What another model would fail at too is tried again as often as may be, since nobody else is asked.
func TestNothingIsKeptForAModelThatIsNotAsked(t *testing.T) {
	yes := true
	asked := 0
	g := New(Config{
		Open: func(string) (llm.Model, error) {
			return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
				asked++
				return nil, &llm.Error{Kind: llm.KindInvalid, ShouldRetry: &yes}
			}), nil
		},
		Pools: map[string]Pool{"p": {Members: []Member{{Ref: "x/1"}, {Ref: "y/1"}}}},
		Retry: (&clock{}).retry(Retry{Attempts: 3}), TotalAttempts: 3,
	})
	if _, err := g.Generate(t.Context(), &llm.Request{Model: "pool/p"}); err == nil || asked != 3 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

func TestAPoolOfNobody(t *testing.T) {
	g := New(Config{Pools: map[string]Pool{"p": {}}})
	if _, err := g.Generate(t.Context(), &llm.Request{Model: "pool/p"}); err == nil || kindOf(err) != "" {
		t.Errorf("got %v", err)
	}
}
