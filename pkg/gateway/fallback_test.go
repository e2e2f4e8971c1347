package gateway

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// script is what models do, by reference: "ok", the kind of an error, "filter" for an answer that a filter
// stopped, "cut" for a stream that breaks after its first word.
type script map[string]string

func (s script) open(asked *[]string) func(string) (llm.Model, error) {
	return func(ref string) (llm.Model, error) {
		return llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
			*asked = append(*asked, ref)
			resp := &llm.Response{Parts: []llm.Part{{Text: "from " + ref}}, FinishReason: llm.FinishStop, Timing: llm.Timing{Total: time.Second}}
			switch what := s[ref]; what {
			case "ok":
				return resp, nil
			case "filter":
				resp.FinishReason = llm.FinishContentFilter
				return resp, nil
			case "cut":
				return resp, errors.Join(req.OnDelta(llm.Delta{Text: "from"}), &llm.Error{Kind: llm.KindTruncated})
			case "mistake":
				return nil, errors.New("a mistake")
			default:
				return nil, &llm.Error{Kind: llm.ErrorKind(what), Provider: provider(ref)}
			}
		}), nil
	}
}

func link(refs ...string) []Link {
	var out []Link
	for _, r := range refs {
		if text, ok := strings.CutPrefix(r, "static:"); ok {
			out = append(out, Link{Static: text})
			continue
		}
		out = append(out, Link{Ref: r})
	}
	return out
}

var chains = Chains{
	Any: map[string][]Link{
		"a/1":    link("b/1", "static:sorry"),
		"b/1":    link("c/1"),
		"e/1":    link("b/1"),
		"pool/p": link("z/1"),
	},
	ContextWindow: map[string][]Link{"a/1": link("a/long"), "pool/p": link("a/long")},
	ContentFilter: map[string][]Link{"a/1": link("b/1")},
}

func TestFallback(t *testing.T) {
	for name, c := range map[string]struct {
		ask    string
		models script
		asked  string
		text   string // "" means an error
		why    string
		kind   llm.ErrorKind
		first  bool // not a substitute
	}{
		"nothing fails":                         {ask: "a/1", models: script{"a/1": "ok"}, asked: "a/1", text: "from a/1", first: true},
		"the next answers":                      {ask: "a/1", models: script{"a/1": "overloaded", "b/1": "ok"}, asked: "a/1 b/1", text: "from b/1", why: "a/1: overloaded"},
		"its own chain comes before the rest":   {ask: "a/1", models: script{"a/1": "quota", "b/1": "server", "c/1": "ok"}, asked: "a/1 b/1 c/1", text: "from c/1", why: "a/1: quota; b/1: server"},
		"a text at the end":                     {ask: "a/1", models: script{"a/1": "rate_limit", "b/1": "timeout", "c/1": "authentication"}, asked: "a/1 b/1 c/1", text: "sorry", why: "a/1: rate limit; b/1: timeout; c/1: authentication"},
		"all fail":                              {ask: "e/1", models: script{"e/1": "overloaded", "b/1": "timeout", "c/1": "authentication"}, asked: "e/1 b/1 c/1", kind: "overloaded", why: "e/1: overloaded; b/1: timeout; c/1: authentication"},
		"without a chain":                       {ask: "d/1", models: script{"d/1": "overloaded"}, asked: "d/1", kind: "overloaded", why: "d/1: overloaded"},
		"an invalid request is no outage":       {ask: "a/1", models: script{"a/1": "invalid_request", "b/1": "ok"}, asked: "a/1", kind: "invalid_request"},
		"nor is a mistake":                      {ask: "a/1", models: script{"a/1": "mistake", "b/1": "ok"}, asked: "a/1", kind: "mistake"},
		"an input that does not fit":            {ask: "a/1", models: script{"a/1": "context_window", "a/long": "ok"}, asked: "a/1 a/long", text: "from a/long", why: "a/1: context window"},
		"the same without a chain for it":       {ask: "b/1", models: script{"b/1": "context_window", "c/1": "ok"}, asked: "b/1", kind: "context_window", why: "b/1: context window"},
		"a substitute that it does not fit":     {ask: "e/1", models: script{"e/1": "server", "b/1": "context_window"}, asked: "e/1 b/1", kind: "server", why: "e/1: server; b/1: context window"},
		"a filter refuses":                      {ask: "a/1", models: script{"a/1": "content_filter", "b/1": "ok"}, asked: "a/1 b/1", text: "from b/1", why: "a/1: content filter"},
		"a filter stops the answer":             {ask: "a/1", models: script{"a/1": "filter", "b/1": "ok"}, asked: "a/1 b/1", text: "from b/1", why: "a/1: content filter"},
		"a filter, and nowhere to go":           {ask: "b/1", models: script{"b/1": "filter"}, asked: "b/1", text: "from b/1", why: "b/1: content filter", first: true},
		"a filter stops the substitute too":     {ask: "a/1", models: script{"a/1": "filter", "b/1": "filter"}, asked: "a/1 b/1", text: "from b/1", why: "a/1: content filter; b/1: content filter"},
		"a member of a pool":                    {ask: "pool/p", models: script{"x/1": "ok"}, asked: "x/1", text: "from x/1", first: true},
		"the pool's next member":                {ask: "pool/p", models: script{"x/1": "server", "y/1": "ok"}, asked: "x/1 y/1", text: "from y/1", why: "x/1: server", first: true},
		"the pool's chain":                      {ask: "pool/p", models: script{"x/1": "server", "y/1": "server", "z/1": "ok"}, asked: "x/1 y/1 z/1", text: "from z/1", why: "x/1: server; y/1: server"},
		"a pool's members are the same model":   {ask: "pool/p", models: script{"x/1": "context_window", "a/long": "ok"}, asked: "x/1 a/long", text: "from a/long", why: "x/1: context window"},
		"what was passed on is not begun again": {ask: "a/1", models: script{"a/1": "cut", "b/1": "ok"}, asked: "a/1", kind: "truncated"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			g := New(Config{
				Open: c.models.open(&asked), Chains: chains, Retry: Retry{Attempts: 1, Rand: func() float64 { return 0 }},
				Pools: map[string]Pool{"p": {Members: []Member{{Ref: "x/1"}, {Ref: "y/1"}}}},
			})
			resp, err := g.Generate(t.Context(), &llm.Request{Model: c.ask, OnDelta: func(llm.Delta) error { return nil }})
			if diff := cmp.Diff(c.asked, strings.Join(asked, " ")); diff != "" {
				t.Error(diff)
			}
			if resp.Why != c.why || resp.Attempts != len(asked) {
				t.Errorf("why %q, %d attempts", resp.Why, resp.Attempts)
			}
			if c.text == "" {
				if kind := kindOf(err); err == nil || kind != c.kind && c.kind != "mistake" {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || resp.Text() != c.text || resp.Substitute == c.first || (c.text == "sorry") != resp.Static {
				t.Errorf("%+v, %v", resp, err)
			}
		})
	}
}

func TestFallbackKeepsWhatIsTheOtherProvidersOwn(t *testing.T) {
	var options []map[string]any
	g := New(Config{
		Retry: Retry{Attempts: 1},
		Open: func(ref string) (llm.Model, error) {
			return llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
				options = append(options, req.Options)
				if req.Model != ref {
					t.Errorf("%s is asked for %s", ref, req.Model)
				}
				return nil, &llm.Error{Kind: llm.KindServer}
			}), nil
		},
		Chains: Chains{Any: map[string][]Link{"a/1": link("a/2", "b/1")}},
	})
	req := &llm.Request{Model: "a/1", Options: map[string]any{"logit_bias": 1}}
	if _, err := g.Generate(t.Context(), req); err == nil {
		t.Error("no error")
	}
	if diff := cmp.Diff([]map[string]any{req.Options, req.Options, nil}, options); diff != "" {
		t.Error(diff)
	}
}

func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		models := script{"e/1": "server", "b/1": "ok", "d/1": "server"}
		g := New(Config{Open: models.open(&asked), Chains: chains, Retry: Retry{Attempts: 1}, Breaker: Breaker{Failures: 3, Cooldown: time.Minute}})
		ask := func(ref, want, why string) {
			t.Helper()
			asked = nil
			resp, _ := g.Generate(t.Context(), &llm.Request{Model: ref})
			if got := strings.Join(asked, " "); got != want || resp.Why != why {
				t.Errorf("asked %q, want %q; why %q", got, want, resp.Why)
			}
		}
		for range 3 {
			ask("e/1", "e/1 b/1", "e/1: server")
		}
		ask("e/1", "b/1", "e/1: circuit open")
		time.Sleep(59 * time.Second)
		ask("e/1", "b/1", "e/1: circuit open")
		time.Sleep(2 * time.Second)
		ask("e/1", "e/1 b/1", "e/1: server") // the probe
		ask("e/1", "b/1", "e/1: circuit open")
		time.Sleep(61 * time.Second)
		models["e/1"] = "ok"
		ask("e/1", "e/1", "") // the probe again
		ask("e/1", "e/1", "")

		for range 6 { // it has no alternative, so that it is always asked
			ask("d/1", "d/1", "d/1: server")
		}
	})
}

// While one probes, the others go elsewhere.
func TestOneProbeAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		probing, release := make(chan bool, 1), make(chan bool)
		var calls atomic.Int64
		g := New(Config{
			Chains: Chains{Any: map[string][]Link{"a/1": link("b/1")}}, Retry: Retry{Attempts: 1},
			Breaker: Breaker{Failures: 1, Cooldown: time.Minute},
			Open: func(ref string) (llm.Model, error) {
				return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
					switch {
					case ref == "b/1":
						return &llm.Response{}, nil
					case calls.Add(1) == 1:
						return nil, &llm.Error{Kind: llm.KindServer}
					}
					probing <- true
					<-release
					return &llm.Response{}, nil
				}), nil
			},
		})
		ask := func() string {
			resp, err := g.Generate(context.Background(), &llm.Request{Model: "a/1"})
			if err != nil {
				t.Error(err)
			}
			return resp.Ref
		}
		if ask() != "b/1" {
			t.Error("the first call did not fall back")
		}
		time.Sleep(2 * time.Minute)
		go ask()
		<-probing
		for range 5 {
			if ask() != "b/1" {
				t.Error("a second probe")
			}
		}
		close(release)
		synctest.Wait()
		go func() { <-probing }()
		if ask() != "a/1" {
			t.Error("the circuit is still open")
		}
	})
}

func TestCycles(t *testing.T) {
	for name, c := range map[string]struct {
		chains Chains
		want   string
	}{
		"none":            {chains, ""},
		"itself":          {Chains{Any: map[string][]Link{"a": link("a")}}, "fallbacks go in a circle: a → a"},
		"each other":      {Chains{Any: map[string][]Link{"a": link("b"), "b": link("a")}}, "fallbacks go in a circle: a → b → a"},
		"a longer way":    {Chains{ContextWindow: map[string][]Link{"a": link("x", "b"), "b": link("c"), "c": link("b")}}, "context_window_fallbacks go in a circle: b → c → b"},
		"a diamond":       {Chains{Any: map[string][]Link{"a": link("b", "c"), "b": link("d"), "c": link("d")}}, ""},
		"other reasons":   {Chains{Any: map[string][]Link{"a": link("b")}, ContextWindow: map[string][]Link{"b": link("a")}}, ""},
		"filter's circle": {Chains{ContentFilter: map[string][]Link{"a": link("static:x", "a")}}, "content_filter_fallbacks go in a circle: a → a"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := c.chains.Check(); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
