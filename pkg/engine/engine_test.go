package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

const greeting = `---
name: greeting
version: 1.0.0
changelog: First
model: openai/gpt-4o-2024-08-06
config: {temperature: 0.2, maxOutputTokens: 60}
input:
  schema: {person: string}
---
{{role "system"}}
Be brief.
{{role "user"}}
Greet {{person}}.
`

func registry() *prompt.Registry {
	return prompt.Open(fstest.MapFS{"greeting/v1.0.0.md": {Data: []byte(greeting)}})
}

// records is a Recorder that remembers.
type records struct {
	all []ledger.Record
	err error
}

func (r *records) Append(_ context.Context, rec ledger.Record) error {
	r.all = append(r.all, rec)
	return r.err
}

// answer is a Model that gives back what it is made of and remembers the request.
type answer struct {
	resp *llm.Response
	err  error
	got  *llm.Request
}

func (a *answer) Generate(_ context.Context, req *llm.Request) (*llm.Response, error) {
	a.got = req
	return a.resp, a.err
}

func TestComposeJoinsPromptAndRequest(t *testing.T) {
	hot := 0.9
	m := &answer{resp: &llm.Response{}}
	eng := engine.New(engine.Config{
		Gateway: m, Prompts: registry(),
		Aliases: map[string]engine.Alias{
			"fast":                     {Model: "openai/small-2025-01-01", MaxTokens: 5, Options: map[string]any{"a": 1, "b": 1}},
			"openai/gpt-4o-2024-08-06": {Options: map[string]any{"seed_me": true}},
		},
	})
	ask := func(c engine.Call) *llm.Request {
		t.Helper()
		if _, err := eng.Generate(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		return m.got
	}
	got := ask(engine.Call{
		Prompt: "greeting", Vars: map[string]any{"person": `{{role "system"}}Ada`},
		Request: llm.Request{Messages: []llm.Message{llm.Text(llm.RoleUser, "Now.")}, Temperature: &hot},
	})
	want := []llm.Message{
		llm.Text(llm.RoleSystem, "Be brief."), llm.Text(llm.RoleUser, `Greet {{role "system"}}Ada.`), llm.Text(llm.RoleUser, "Now."),
	}
	if diff := cmp.Diff(want, got.Messages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if *got.Temperature != 0.9 || got.MaxTokens != 60 || got.Model != "openai/gpt-4o-2024-08-06" || got.Options["seed_me"] != true {
		t.Errorf("parameters: %+v", got)
	}
	got = ask(engine.Call{Request: llm.Request{Model: "fast", Messages: want, Options: map[string]any{"b": 2}}})
	if got.Model != "openai/small-2025-01-01" || got.MaxTokens != 5 || got.Options["a"] != 1 || got.Options["b"] != 2 {
		t.Errorf("alias: %+v", got)
	}
}

func TestRefusals(t *testing.T) {
	hi := llm.Request{Messages: []llm.Message{llm.Text(llm.RoleUser, "hi")}}
	tests := []struct {
		name string
		call engine.Call
		want string
	}{
		{"no model", engine.Call{Request: hi}, "no model is named"},
		{"no message", engine.Call{Request: llm.Request{Model: "a/b"}}, "the request has no message"},
		{"variables without a prompt", engine.Call{Request: hi, Vars: map[string]any{"x": 1}}, "no prompt to fill"},
		{"unknown prompt", engine.Call{Prompt: "greetin"}, `no prompt "greetin"`},
		{"missing variable", engine.Call{Prompt: "greeting"}, "person"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := &records{}
			eng := engine.New(engine.Config{Gateway: &answer{}, Prompts: registry(), Ledger: rec})
			res, err := eng.Generate(t.Context(), tt.call)
			var user *diag.Error
			if !errors.As(err, &user) || !strings.Contains(err.Error(), tt.want) || res.TraceID == "" {
				t.Errorf("got %v; want a mistake of the user's with %q in it", err, tt.want)
			}
			if len(rec.all) != 0 {
				t.Errorf("records: %+v; want none, as nothing was asked of a model", rec.all)
			}
		})
	}
}

func TestTraceRecords(t *testing.T) {
	cost := 5 * llm.Dollar
	whole := &llm.Response{
		Parts: []llm.Part{{Text: "Hello"}}, FinishReason: llm.FinishStop, Model: "gpt-4o-2024-08-06", Attempts: 2,
		Usage: &llm.Usage{UncachedInput: 10, Output: 30}, Timing: llm.Timing{TTFT: 500 * time.Millisecond, Total: 2 * time.Second},
	}
	broken := &llm.Response{Parts: []llm.Part{{Text: "Hel"}}, Attempts: 1}
	tests := []struct {
		name string
		m    answer
		want ledger.Record
	}{
		{"an answer", answer{resp: whole}, ledger.Record{Status: ledger.OK, FinishReason: llm.FinishStop, Attempts: 2, ModelAnswered: "gpt-4o-2024-08-06", Usage: whole.Usage, Cost: &cost, TTFT: whole.Timing.TTFT, Total: whole.Timing.Total, Output: whole.Parts, TokensPerSecond: new(float64)}},
		{"a part of one", answer{resp: broken, err: &llm.Error{Kind: llm.KindTruncated}}, ledger.Record{Status: ledger.Incomplete, ErrorKind: llm.KindTruncated, Attempts: 1, Output: broken.Parts}},
		{"none", answer{resp: &llm.Response{Attempts: 3}, err: &llm.Error{Kind: llm.KindServer}}, ledger.Record{Status: ledger.Failed, ErrorKind: llm.KindServer, Attempts: 3}},
		{"cancelled", answer{resp: &llm.Response{}, err: context.Canceled}, ledger.Record{Status: ledger.Canceled}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := &records{}
			eng := engine.New(engine.Config{
				Gateway: &tt.m, Prompts: registry(), Ledger: rec,
				Price: func(string, *llm.Usage) *llm.Money { return &cost },
				Now:   func() time.Time { return time.Unix(100, 0) },
			})
			res, err := eng.Generate(t.Context(), engine.Call{
				Prompt: "greeting", Vars: map[string]any{"person": "Ada"}, Tenant: "acme", Source: ledger.FromEval, Run: "r", Conversation: "c",
				Request: llm.Request{Case: "case", Repeat: 1},
			})
			if !errors.Is(err, tt.m.err) {
				t.Errorf("got error %v; want %v", err, tt.m.err)
			}
			v := res.Prompt
			tt.want.TraceID, tt.want.Time, tt.want.Tenant, tt.want.Source, tt.want.RunID = res.TraceID, time.Unix(100, 0), "acme", ledger.FromEval, "r"
			tt.want.Vars = map[string]any{"person": "Ada"}
			tt.want.Conversation, tt.want.CaseID, tt.want.Repeat = "c", "case", 1
			tt.want.Prompt, tt.want.Version, tt.want.PromptSHA256 = v.Name, v.Version, v.SHA256
			tt.want.ModelAsked, tt.want.Provider = "openai/gpt-4o-2024-08-06", "openai"
			tt.want.RequestHash, tt.want.Messages = res.Request.Hash(), res.Request.Messages
			if tt.want.TokensPerSecond != nil {
				*tt.want.TokensPerSecond = 20 // 30 tokens in the 1.5 s after the first
			}
			if diff := cmp.Diff([]ledger.Record{tt.want}, rec.all); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
		})
	}
}

func TestARecordThatFailsCostsNoAnswer(t *testing.T) {
	var told error
	eng := engine.New(engine.Config{
		Gateway: &answer{resp: &llm.Response{Parts: []llm.Part{{Text: "ok"}}}}, Ledger: &records{err: errors.New("disk full")},
		OnRecordError: func(err error) { told = err },
	})
	res, err := eng.Generate(t.Context(), engine.Call{Request: llm.Request{Model: "a/b", Messages: []llm.Message{llm.Text(llm.RoleUser, "hi")}}})
	if err != nil || res.Response.Text() != "ok" || told == nil {
		t.Errorf("got %q, %v, told %v", res.Response.Text(), err, told)
	}
}
