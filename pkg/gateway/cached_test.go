package gateway

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// withCache makes a gateway over a model that counts its calls, with a cache in SQLite.
func withCache(t testing.TB, model llm.Model) *Gateway {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "llmops.db"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := cache.NewSQLite(t.Context(), db, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := cache.New(cache.Config{Store: store})
	t.Cleanup(func() {
		if err := errors.Join(c.Close(), store.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return New(Config{
		Open:   func(string) (llm.Model, error) { return model, nil },
		Cache:  c,
		Server: func(ref string) (string, bool) { return "http://127.0.0.1", ref != "replay/x" },
	})
}

func TestACachedAnswerIsStreamed(t *testing.T) {
	answer := llm.Response{
		Parts: []llm.Part{
			{Reasoning: &llm.Reasoning{Text: "let me see"}},
			{Text: "A text that is long enough for several pieces, with a ğ in it."},
			{ToolCall: &llm.ToolCall{ID: "1", Name: "look", Arguments: `{"at":"the sky"}`}},
		},
		FinishReason: llm.FinishToolCalls, Usage: &llm.Usage{UncachedInput: 4, Output: 9},
	}
	calls := 0
	g := withCache(t, llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		calls++
		r := answer
		return &r, nil
	}))
	req := &llm.Request{Model: "p/m", Messages: []llm.Message{llm.Text(llm.RoleUser, "?")}, Temperature: new(float64)}
	if _, err := g.Generate(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	streamed := *req
	var got struct {
		Pieces          int
		Text, Arguments string
	}
	streamed.OnDelta = func(d llm.Delta) error {
		got.Pieces++
		got.Text += d.Text
		if d.ToolCall != nil {
			got.Arguments += d.ToolCall.Arguments
		}
		return nil
	}
	resp, err := g.Generate(t.Context(), &streamed)
	if err != nil || !resp.Cached || resp.Attempts != 0 || resp.Timing.TTFT <= 0 || calls != 1 {
		t.Fatalf("%+v, %v, %d calls", resp, err, calls)
	}
	if diff := cmp.Diff(answer.Parts, resp.Parts); diff != "" {
		t.Error(diff)
	}
	if got.Pieces < 6 || got.Text != answer.Parts[1].Text || got.Arguments != answer.Parts[2].ToolCall.Arguments {
		t.Errorf("streamed %+v", got)
	}

	stop := errors.New("enough")
	streamed.OnDelta = func(d llm.Delta) error {
		if d.Text != "" {
			return stop
		}
		return nil
	}
	if resp, err = g.Generate(t.Context(), &streamed); !errors.Is(err, stop) || resp.Text() != "" || len(resp.Parts) != 1 {
		t.Errorf("stopped: %+v, %v", resp, err)
	}
}

func TestARecordingIsNotCached(t *testing.T) {
	calls := 0
	g := withCache(t, llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		calls++
		return &llm.Response{Parts: []llm.Part{{Text: "a"}}, FinishReason: llm.FinishStop}, nil
	}))
	for range 2 {
		resp, err := g.Generate(t.Context(), &llm.Request{Model: "replay/x", Temperature: new(float64)})
		if err != nil || resp.Cached {
			t.Error(resp, err)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls", calls)
	}
}

// Who stops reading an answer that cost nothing is charged nothing for it.
func TestAStoppedStreamIsStillWhatItWas(t *testing.T) {
	broken := errors.New("broken pipe")
	for name, c := range map[string]struct {
		g    func(*testing.T) *Gateway
		want llm.Response
	}{
		"from the cache": {
			func(t *testing.T) *Gateway {
				g := withCache(t, llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
					return &llm.Response{Parts: []llm.Part{{Text: "A text long enough for two pieces."}}, FinishReason: llm.FinishStop}, nil
				}))
				if _, err := g.Generate(t.Context(), stoppedRequest(nil)); err != nil {
					t.Fatal(err)
				}
				return g
			},
			llm.Response{Cached: true, Ref: "p/m"},
		},
		"a text of the configuration": {
			func(*testing.T) *Gateway {
				return New(Config{
					Open:   (script{"p/m": "server"}).open(new([]string)),
					Chains: Chains{Any: map[string][]Link{"p/m": link("static:A text long enough for two pieces.")}}, Retry: Retry{Attempts: 1},
				})
			},
			llm.Response{Static: true, Ref: StaticRef},
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			resp, err := c.g(t).Generate(t.Context(), stoppedRequest(func(llm.Delta) error {
				if n++; n == 2 {
					return broken
				}
				return nil
			}))
			if !errors.Is(err, broken) || len(resp.Parts) != 1 {
				t.Fatalf("%+v, %v", resp, err)
			}
			if resp.Cached != c.want.Cached || resp.Static != c.want.Static || resp.Ref != c.want.Ref {
				t.Errorf("cached %v, static %v, ref %q", resp.Cached, resp.Static, resp.Ref)
			}
		})
	}
}

func stoppedRequest(onDelta func(llm.Delta) error) *llm.Request {
	return &llm.Request{
		Model: "p/m", Messages: []llm.Message{llm.Text(llm.RoleUser, "?")}, Temperature: new(float64), OnDelta: onDelta,
	}
}
