package chat_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/chat"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// caller answers every call with a text and an error.
type caller struct {
	text string
	err  error
	got  engine.Call
}

func (c *caller) Generate(_ context.Context, call engine.Call) (*engine.Result, error) {
	c.got = call
	res := &engine.Result{Request: call.Request.Clone(), Response: &llm.Response{}, TraceID: "trace", Started: time.Unix(100, 0), Latency: time.Second}
	if c.text != "" {
		res.Response.Parts = []llm.Part{{Text: c.text}}
	}
	var user *diag.Error
	if errors.As(c.err, &user) { // refused before there was a request
		res.Request = nil
	}
	return res, c.err
}

// store keeps conversations in memory.
type store struct {
	kept map[string]*ledger.Conversation
	last string
	fail error
}

func (s *store) Conversation(_ context.Context, id string) (*ledger.Conversation, error) {
	if c := s.kept[id]; c != nil {
		return c, nil
	}
	return nil, ledger.ErrNotFound
}

func (s *store) LastConversation(_ context.Context, tenant string) (string, error) {
	if c := s.kept[s.last]; c != nil && c.Tenant == tenant {
		return s.last, nil
	}
	return "", ledger.ErrNotFound
}

func (s *store) AppendTurns(ctx context.Context, c ledger.Conversation) error {
	if s.fail != nil {
		return s.fail
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if s.kept == nil {
		s.kept = map[string]*ledger.Conversation{}
	}
	if have := s.kept[c.ID]; have != nil {
		c.Turns = append(have.Turns, c.Turns...)
	}
	s.kept[c.ID], s.last = &c, c.ID
	return nil
}

func texts(messages []llm.Message) (out []string) {
	for _, m := range messages {
		line := string(m.Role) + ":"
		for _, p := range m.Parts {
			line += " " + p.Text
		}
		out = append(out, line)
	}
	return out
}

func ask(t *testing.T, c *caller, s chat.Store, turn chat.Turn) (*chat.Outcome, error) {
	t.Helper()
	turn.Call.Tenant = "default"
	return chat.Ask(t.Context(), c, s, turn)
}

func TestAConversationGoesOn(t *testing.T) {
	s, c := &store{}, &caller{text: "Hello."}
	first, err := ask(t, c, s, chat.Turn{
		Call: engine.Call{Request: llm.Request{Model: "a/one"}}, System: "Be short.", Text: "Hi", Attached: []llm.Part{{Text: "file"}},
	})
	if err != nil || first.Conversation == "" {
		t.Fatalf("%+v, %v; want the conversation's id", first, err)
	}
	for _, turn := range []chat.Turn{
		{Text: "More", Continue: true},
		{Text: "And more", Call: engine.Call{Conversation: first.Conversation, Request: llm.Request{Model: "b/two"}}},
	} {
		out, err := ask(t, c, s, turn)
		if err != nil || out.Conversation != first.Conversation {
			t.Fatalf("%+v, %v; want the first conversation to go on", out, err)
		}
	}
	want := []string{"system: Be short.", "user: Hi file", "assistant: Hello.", "user: More", "assistant: Hello.", "user: And more"}
	if diff := cmp.Diff(want, texts(c.got.Request.Messages)); diff != "" {
		t.Errorf("the last request's messages (-want +got):\n%s", diff)
	}
	kept := s.kept[first.Conversation]
	if diff := cmp.Diff(append(want, "assistant: Hello."), texts(kept.Messages())); diff != "" {
		t.Errorf("what is kept (-want +got):\n%s", diff)
	}
	if kept.Model != "b/two" || !kept.Updated.Equal(time.Unix(101, 0)) || kept.Turns[2].TraceID != "trace" {
		t.Errorf("kept with model %q, time %v, trace %q", kept.Model, kept.Updated, kept.Turns[2].TraceID)
	}
}

func TestTheModelOfAConversationStays(t *testing.T) {
	s, c := &store{}, &caller{text: "Hello."}
	if _, err := ask(t, c, s, chat.Turn{Text: "Hi", Call: engine.Call{Request: llm.Request{Model: "a/one"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, c, s, chat.Turn{Text: "More", Continue: true}); err != nil || c.got.Request.Model != "a/one" {
		t.Errorf("asked %q, %v; want a/one", c.got.Request.Model, err)
	}
}

func TestWhatIsKeptOfAFailure(t *testing.T) {
	cut := &llm.Error{Kind: llm.KindTruncated}
	tests := []struct {
		name       string
		caller     caller
		want       []string // what is kept after "Hi"
		incomplete bool
	}{
		{"a part of the answer", caller{text: "Hel", err: cut}, []string{"user: Hi", "assistant: Hel"}, true},
		{"nothing was said", caller{err: cut}, nil, false},
		{"refused before it was asked", caller{text: "", err: diag.Errorf("no such model")}, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &store{}
			out, err := ask(t, &tt.caller, s, chat.Turn{Text: "Hi"})
			if !errors.Is(err, tt.caller.err) {
				t.Errorf("error %v; want %v", err, tt.caller.err)
			}
			if tt.want == nil {
				if len(s.kept) != 0 || out.Conversation != "" {
					t.Errorf("kept %v as %q; want nothing", s.kept, out.Conversation)
				}
				return
			}
			c := s.kept[out.Conversation]
			if c == nil {
				t.Fatal("nothing is kept")
			}
			if diff := cmp.Diff(tt.want, texts(c.Messages())); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
			if c.Turns[1].Incomplete != tt.incomplete || out.Result.Response.Text() != tt.caller.text {
				t.Errorf("incomplete %v, response %+v", c.Turns[1].Incomplete, out.Result.Response)
			}
		})
	}
}

// A failed turn does not take the conversation away that it went on with.
func TestAFailedTurnKeepsTheConversation(t *testing.T) {
	s := &store{}
	first, _ := ask(t, &caller{text: "Hello."}, s, chat.Turn{Text: "Hi"})
	out, err := ask(t, &caller{err: &llm.Error{Kind: llm.KindServer}}, s, chat.Turn{Text: "More", Continue: true})
	if err == nil || out.Conversation != first.Conversation || len(s.kept[first.Conversation].Turns) != 2 {
		t.Errorf("%+v, %v, kept %+v", out, err, s.kept[first.Conversation])
	}
}

// stopping cancels the context of the call that it answers, as Ctrl-C does.
type stopping struct {
	caller
	cancel context.CancelFunc
}

func (c *stopping) Generate(ctx context.Context, call engine.Call) (*engine.Result, error) {
	c.cancel()
	return c.caller.Generate(ctx, call)
}

func TestACancelledAnswerIsKept(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &store{}
	out, err := chat.Ask(ctx, &stopping{caller{text: "Hel", err: context.Canceled}, cancel}, s, chat.Turn{Text: "Hi"})
	if !errors.Is(err, context.Canceled) || len(s.kept[out.Conversation].Turns) != 2 {
		t.Errorf("%v, kept %+v", err, s.kept)
	}
}

func TestAStoreThatFails(t *testing.T) {
	full := errors.New("disk full")
	out, err := ask(t, &caller{text: "Hello."}, &store{fail: full}, chat.Turn{Text: "Hi"})
	if err != nil || !errors.Is(out.Unkept, full) || out.Result.Response.Text() != "Hello." || out.Conversation != "" {
		t.Errorf("%+v, %v; want the answer, why it is not kept, and no conversation", out, err)
	}
}

func TestWithoutAStore(t *testing.T) {
	out, err := ask(t, &caller{text: "Hello."}, nil, chat.Turn{Text: "Hi"})
	if err != nil || out.Conversation != "" || out.Result.Response.Text() != "Hello." {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestBadTurns(t *testing.T) {
	s := &store{kept: map[string]*ledger.Conversation{"X": {ID: "X", Tenant: "another"}}, last: "X"}
	tests := []struct {
		name  string
		store chat.Store
		turn  chat.Turn
		want  string
	}{
		{"nothing to go on with", &store{}, chat.Turn{Continue: true}, "no conversation to go on with"},
		{"the latest is another tenant's", s, chat.Turn{Continue: true}, "no conversation to go on with"},
		{"an unknown id", s, chat.Turn{Call: engine.Call{Conversation: "Y"}}, `no conversation "Y"`},
		{"another tenant's id", s, chat.Turn{Call: engine.Call{Conversation: "X"}}, `no conversation "X"`},
		{"a new system message", s, chat.Turn{Continue: true, System: "x"}, "keeps its prompt and system message"},
		{"a prompt", s, chat.Turn{Call: engine.Call{Conversation: "X", Prompt: "p"}}, "keeps its prompt and system message"},
		{"no store", nil, chat.Turn{Continue: true}, "conversations are not kept"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &caller{text: "Hello."}
			tt.turn.Text = "Hi"
			out, err := ask(t, c, tt.store, tt.turn)
			var user *diag.Error
			if !errors.As(err, &user) || !strings.Contains(err.Error(), tt.want) || user.Hint() == "" {
				t.Errorf("error %v; want a *diag.Error with %q and a hint", err, tt.want)
			}
			if out == nil || out.Result == nil || c.got.Request.Messages != nil {
				t.Errorf("outcome %+v, asked %+v; want an empty outcome and no call", out, c.got)
			}
		})
	}
}
