package ledger_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func say(role llm.Role, text string) ledger.Turn { return ledger.Turn{Message: llm.Text(role, text)} }

func TestConversation(t *testing.T) {
	l := openLedger(t, ledger.Options{Scrub: func(s string) string { return strings.ReplaceAll(s, "sk-1", "[key]") }})
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // an interrupted chat still keeps its turns
	cut := ledger.Turn{
		Message: llm.Message{Role: llm.RoleAssistant, Parts: []llm.Part{
			{Reasoning: &llm.Reasoning{Text: "hm"}}, {Text: "Half an"}, {ToolCall: &llm.ToolCall{ID: "1", Name: "f"}},
		}},
		Incomplete: true, TraceID: "01JN",
	}
	image := []byte{1, 2, 3}
	for i, turns := range [][]ledger.Turn{
		{say(llm.RoleSystem, "Be brief."), say(llm.RoleUser, "Hi, sk-1"), say(llm.RoleAssistant, "Hello")},
		{{Message: llm.Message{Role: llm.RoleUser, Parts: []llm.Part{{Media: &llm.Media{MIME: "image/png", Data: image}}}}}, cut},
		{{Message: llm.Message{Role: llm.RoleAssistant}, Incomplete: true}, say(llm.RoleUser, "Go on")},
	} {
		c := ledger.Conversation{ID: "c1", Tenant: "acme", Model: "openai/a", Updated: start.Add(time.Duration(i) * time.Minute), Turns: turns}
		if i == 2 {
			c.Model = ""
		}
		if err := l.AppendTurns(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	c, err := l.Conversation(t.Context(), "c1")
	if err != nil {
		t.Fatal(err)
	}
	if c.Created != start || c.Updated != start.Add(2*time.Minute) || c.Model != "openai/a" || len(c.Turns) != 7 {
		t.Errorf("%+v", c)
	}
	cut.Time = start.Add(time.Minute)
	if d := cmp.Diff(cut, c.Turns[4]); d != "" {
		t.Error(d)
	}
	want := []llm.Message{
		llm.Text(llm.RoleSystem, "Be brief."), llm.Text(llm.RoleUser, "Hi, [key]"), llm.Text(llm.RoleAssistant, "Hello"),
		{Role: llm.RoleUser, Parts: []llm.Part{{Media: &llm.Media{MIME: "image/png", Data: image}}}},
		llm.Text(llm.RoleAssistant, "Half an"), llm.Text(llm.RoleUser, "Go on"),
	}
	if d := cmp.Diff(want, c.Messages()); d != "" {
		t.Error(d)
	}
}

func TestTheLastConversation(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	if _, err := l.LastConversation(t.Context(), ""); !errors.Is(err, ledger.ErrNotFound) {
		t.Error(err)
	}
	if _, err := l.Conversation(t.Context(), "c"); !errors.Is(err, ledger.ErrNotFound) {
		t.Error(err)
	}
	for i, c := range []ledger.Conversation{{ID: "a"}, {ID: "b"}, {ID: "other", Tenant: "acme"}, {ID: "a"}} {
		c.Updated = start.Add(time.Duration(i) * time.Hour)
		c.Turns = []ledger.Turn{say(llm.RoleUser, "x")}
		if err := l.AppendTurns(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if id, err := l.LastConversation(t.Context(), ""); err != nil || id != "a" {
		t.Error(id, err)
	}
	list := func(limit int) (ids []string) {
		all, err := l.ListConversations(t.Context(), "", limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		return ids
	}
	if d := cmp.Diff([][]string{{"a", "b"}, {"a"}}, [][]string{list(0), list(1)}); d != "" {
		t.Error(d)
	}
	if n, err := l.PruneConversations(t.Context(), start.Add(2*time.Hour), ""); err != nil || n != 1 {
		t.Error(n, err)
	}
	if d := cmp.Diff([]string{"a"}, list(0)); d != "" {
		t.Error(d)
	}
	if err := l.AppendTurns(t.Context(), ledger.Conversation{ID: "x"}); err == nil {
		t.Error("a conversation without a time")
	}
}
