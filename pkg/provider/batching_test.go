package provider_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

// What a batch sends for a request is, byte for byte, what a live call sends.
func TestBatchBodyIsTheLiveBody(t *testing.T) {
	zero, seed := 0.0, int64(7)
	requests := map[string]*llm.Request{
		"plain": {Messages: []llm.Message{llm.Text(llm.RoleUser, "<Hi> & \u2028 Ü")}},
		"everything": {
			Messages: []llm.Message{
				llm.Text(llm.RoleSystem, "Be brief."), llm.Text(llm.RoleUser, "What is the weather?"),
				{Role: llm.RoleAssistant, Parts: []llm.Part{{ToolCall: &llm.ToolCall{ID: "c1", Name: "weather", Arguments: `{"in":"Rome"}`}}}},
				{Role: llm.RoleTool, Parts: []llm.Part{{ToolResult: &llm.ToolResult{ID: "c1", Name: "weather", Content: "sunny"}}}},
			},
			Temperature: &zero, TopP: &zero, MaxTokens: 50, Stop: []string{"END"}, Seed: &seed, ToolChoice: "auto",
			Tools:   []llm.Tool{{Name: "weather", Description: "The weather", Parameters: json.RawMessage(`{"type":"object","properties":{"in":{"type":"string"}}}`)}},
			Format:  &llm.Format{Type: llm.FormatSchema, Name: "a", Schema: json.RawMessage(`{"type":"object"}`), Strict: true},
			Options: map[string]any{"metadata": map[string]any{"user_id": "u"}},
		},
	}
	answers := map[string]string{
		"openai":    `{"id":"x","object":"chat.completion","model":"m-1","choices":[{"index":0,"finish_reason":"length","message":{"role":"assistant","content":"Hello"}}],"usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}}`,
		"anthropic": `{"id":"x","type":"message","role":"assistant","model":"m-1","content":[{"type":"text","text":"Hello"}],"stop_reason":"max_tokens","usage":{"input_tokens":5,"output_tokens":2,"cache_read_input_tokens":4}}`,
	}
	for name, answer := range answers {
		var sent string
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			sent = string(body)
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, answer)
		}))
		defer srv.Close()
		s := provider.Settings{
			Providers: map[string]provider.Entry{name: {BaseURL: srv.URL, Options: map[string]any{"service_tier": "auto"}}},
			Key:       func(provider.Entry) (llm.Secret, error) { return llm.NewSecret("sk-0123456789"), nil },
		}
		for kind, req := range requests {
			t.Run(name+" "+kind, func(t *testing.T) {
				m, err := provider.Open(name+"/m", s)
				if err != nil {
					t.Fatal(err)
				}
				live, err := m.Generate(t.Context(), req)
				if err != nil {
					t.Fatal(err)
				}
				b, err := provider.OpenBatching(name+"/m", s)
				if err != nil {
					t.Fatal(err)
				}
				body, err := b.Body(req)
				if err != nil || string(body) != sent {
					t.Errorf("body %v (-live +batch):\n%s", err, cmp.Diff(sent, string(body)))
				}
				got, err := b.Answer([]byte(answer))
				live.Timing = llm.Timing{}
				if diff := cmp.Diff(live, got); diff != "" || err != nil {
					t.Errorf("answer %v (-live +batch):\n%s", err, diff)
				}
			})
		}
	}
}

func TestOpenBatchingRefuses(t *testing.T) {
	s := provider.Settings{Providers: map[string]provider.Entry{"mine": {Kind: provider.OpenAI, BaseURL: "http://127.0.0.1:1/v1"}}}
	for ref, want := range map[string]string{
		"gemini/g": "no batch API", "ollama/llama3.2": "no batch API", "replay/r": "no batch API", "azure/x": "base_url",
		"nobody/x": "unknown provider", "x": "is not a model reference", "openai/gpt-4o": "OPENAI_API_KEY is not set", "mine/x": "",
	} {
		_, err := provider.OpenBatching(ref, s)
		user, isUser := errors.AsType[*diag.Error](err)
		switch {
		case want == "":
			if err != nil {
				t.Errorf("%s: %v", ref, err)
			}
		case err == nil || !strings.Contains(err.Error(), want):
			t.Errorf("%s: got %v, want %q", ref, err, want)
		case isUser && want == "no batch API" && !strings.Contains(user.Hint(), "batch run"):
			t.Errorf("%s: the hint %q does not say what to do", ref, user.Hint())
		}
	}
}

func TestAnswerRefusesWhatIsNone(t *testing.T) {
	s := provider.Settings{Key: func(provider.Entry) (llm.Secret, error) { return llm.NewSecret("sk-0123456789"), nil }}
	for _, ref := range []string{"openai/m", "anthropic/m"} {
		b, err := provider.OpenBatching(ref, s)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{`{}`, `{"choices":[]}`, `[]`, `{"content":"text"}`, `{"choices":`} {
			if _, err := b.Answer([]byte(body)); err == nil {
				t.Errorf("%s: %s is an answer", ref, body)
			} else if _, ok := errors.AsType[*llm.Error](err); !ok {
				t.Errorf("%s: %s: %v is no *llm.Error", ref, body, err)
			}
		}
	}
}
