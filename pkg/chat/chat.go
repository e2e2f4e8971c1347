// Package chat asks one turn of a conversation and keeps it: what was said before goes along, and what
// is answered, the part of a broken answer too, is there for the next turn. Start with Ask.
package chat

import (
	"context"
	"errors"

	"github.com/oklog/ulid/v2"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Caller answers calls, as *engine.Engine does.
type Caller interface {
	Generate(ctx context.Context, call engine.Call) (*engine.Result, error)
}

// Store keeps conversations, as *ledger.Ledger does.
type Store interface {
	Conversation(ctx context.Context, id string) (*ledger.Conversation, error)
	LastConversation(ctx context.Context, tenant string) (id string, err error)
	AppendTurns(ctx context.Context, c ledger.Conversation) error
}

// Turn is one question.
type Turn struct {
	Call     engine.Call // prompt, variables, parameters; a Conversation in it is gone on with
	System   string
	Text     string
	Attached []llm.Part
	Continue bool // go on with the latest conversation
}

// Outcome is what came of a turn.
type Outcome struct {
	Result       *engine.Result
	Conversation string // its id, "" when it is not kept, as when nothing was said in return to its first question
	Unkept       error  // why the store does not have the turn; nil when it does, or was not meant to
}

// Ask runs one turn. The Outcome is never nil; with an error its Result holds the part of the answer
// that arrived, which the store has too. A store that fails costs no answer: Outcome.Unkept tells. A nil store keeps nothing.
func Ask(ctx context.Context, eng Caller, store Store, t Turn) (*Outcome, error) {
	out := &Outcome{Result: &engine.Result{}}
	before, err := begin(ctx, store, &t)
	if err != nil {
		return out, err
	}
	out.Result, err = eng.Generate(ctx, t.Call)
	keeps := store != nil && said(out.Result)
	if keeps { // what was paid for, whatever has ended the call
		out.Unkept = keep(context.WithoutCancel(ctx), store, t.Call, before, out.Result, err)
	}
	if keeps && out.Unkept == nil || before > 0 {
		out.Conversation = t.Call.Conversation
	}
	return out, err
}

// begin puts the conversation so far and the new words into the call. It gives the number of messages
// that the store has already.
func begin(ctx context.Context, store Store, t *Turn) (before int, err error) {
	call := &t.Call
	if t.Continue || call.Conversation != "" {
		if before, err = resume(ctx, store, t); err != nil {
			return 0, err
		}
	} else {
		call.Conversation = ulid.Make().String()
	}
	messages := &call.Request.Messages
	if t.System != "" {
		*messages = append(*messages, llm.Text(llm.RoleSystem, t.System))
	}
	if user := t.parts(); len(user) > 0 {
		*messages = append(*messages, llm.Message{Role: llm.RoleUser, Parts: user})
	}
	return before, nil
}

func resume(ctx context.Context, store Store, t *Turn) (int, error) {
	if store == nil {
		return 0, diag.Errorf("conversations are not kept, so none can be gone on with").WithHint("set ledger.texts: full in llmops.yaml")
	}
	if t.System != "" || t.Call.Prompt != "" {
		return 0, diag.Errorf("a conversation that goes on keeps its prompt and system message").
			WithHint("leave out --prompt and --system, or begin a new conversation")
	}
	c, err := find(ctx, store, t.Call.Tenant, t.Call.Conversation)
	if err != nil {
		return 0, err
	}
	t.Call.Conversation = c.ID
	t.Call.Request.Messages = c.Messages()
	if t.Call.Request.Model == "" {
		t.Call.Request.Model = c.Model
	}
	return len(t.Call.Request.Messages), nil
}

// find gives the tenant's conversation, the latest for "". Another tenant's is as good as none.
func find(ctx context.Context, store Store, tenant, id string) (*ledger.Conversation, error) {
	if id == "" {
		last, err := store.LastConversation(ctx, tenant)
		if errors.Is(err, ledger.ErrNotFound) {
			return nil, diag.Errorf("there is no conversation to go on with").WithHint("begin one without --continue")
		}
		if err != nil {
			return nil, err
		}
		id = last
	}
	c, err := store.Conversation(ctx, id)
	if errors.Is(err, ledger.ErrNotFound) || err == nil && c.Tenant != tenant {
		return nil, diag.Errorf("there is no conversation %.60q", id).WithHint("`llmops chat --json` prints the conversation_id of each answer")
	}
	return c, err
}

func (t *Turn) parts() []llm.Part {
	var parts []llm.Part
	if t.Text != "" {
		parts = append(parts, llm.Part{Text: t.Text})
	}
	return append(parts, t.Attached...)
}

// said tells whether anything was said in return. If not, the question is no part of the conversation.
func said(r *engine.Result) bool {
	return r.Request != nil && r.Response != nil && len(r.Response.Parts) > 0
}

// keep adds what is new to the conversation.
func keep(ctx context.Context, store Store, call engine.Call, before int, r *engine.Result, failed error) error {
	c := ledger.Conversation{ID: call.Conversation, Tenant: call.Tenant, Model: r.Request.Model, Updated: r.Started.Add(r.Latency)}
	for _, m := range r.Request.Messages[min(before, len(r.Request.Messages)):] {
		c.Turns = append(c.Turns, ledger.Turn{Message: m, Time: r.Started})
	}
	c.Turns = append(c.Turns, ledger.Turn{
		Message:    llm.Message{Role: llm.RoleAssistant, Parts: r.Response.Parts},
		Incomplete: failed != nil, TraceID: r.TraceID,
	})
	return store.AppendTurns(ctx, c)
}
