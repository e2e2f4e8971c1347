package tokens

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

func TestLookup(t *testing.T) {
	for _, test := range []struct {
		model, encoding string
		family          family
	}{
		{"gpt-5", EncodingO200k, openAI},
		{"gpt-5-mini-2025-08-07", EncodingO200k, openAI},
		{"gpt-5.4-nano", EncodingO200k, openAI},
		{"gpt-4.1-nano", EncodingO200k, openAI},
		{"GPT-4o", EncodingO200k, openAI},
		{"openai/gpt-4o-2024-08-06", EncodingO200k, openAI},
		{"openrouter/openai/gpt-4o:extended", EncodingO200k, openAI},
		{"azure/gpt-4o-mini", EncodingO200k, openAI},
		{"chatgpt-4o-latest", EncodingO200k, openAI},
		{"o1", EncodingO200k, openAI},
		{"o3-pro", EncodingO200k, openAI},
		{"o4-mini-2025-04-16", EncodingO200k, openAI},
		{"ft:gpt-4o-mini-2024-07-18:acme::abc123", EncodingO200k, openAI},
		{"ft:gpt-3.5-turbo-0125:acme:support:abc123", EncodingCl100k, openAI},
		{"openai/ft:gpt-4.1:acme::1", EncodingO200k, openAI},
		{"davinci:ft-acme-2023-01-01", EncodingR50k, openAI},
		{"gpt-oss-120b", EncodingHarmony, harmony},
		{"openai/gpt-oss-20b:free", EncodingHarmony, harmony},
		{"openai.gpt-oss-20b-1:0", EncodingHarmony, harmony},
		{"gpt-4", EncodingCl100k, openAI},
		{"gpt-4-turbo-2024-04-09", EncodingCl100k, openAI},
		{"gpt-4-32k-0613", EncodingCl100k, openAI},
		{"gpt-3.5-turbo-16k", EncodingCl100k, openAI},
		{"gpt-35-turbo", EncodingCl100k, openAI},
		{"text-embedding-3-large", EncodingCl100k, openAI},
		{"text-embedding-ada-002", EncodingCl100k, openAI},
		{"davinci-002", EncodingCl100k, openAI},
		{"text-davinci-003", EncodingP50k, openAI},
		{"code-davinci-002", EncodingP50k, openAI},
		{"text-davinci-001", EncodingR50k, openAI},
		{"davinci", EncodingR50k, openAI},
		{"gpt2", EncodingR50k, openAI},
		{"anthropic/claude-sonnet-4-5-20250929", EncodingO200k, claude},
		{"us.anthropic.claude-3-5-haiku-20241022-v1:0", EncodingO200k, claude},
		{"vertex_ai/claude-opus-4@20250514", EncodingO200k, claude},
		{"claude-opus-4-20250514", EncodingO200k, claude},
		{"claude-opus-4.7", EncodingO200k, claude47},
		{"anthropic/claude-opus-4-8-20260601", EncodingO200k, claude47},
		{"claude-sonnet-5", EncodingO200k, claude47},
		{"claude-instant-v1", EncodingO200k, claude},
		{"gemini/gemini-2.5-flash", EncodingO200k, gemini},
		{"models/gemini-3-pro-preview", EncodingO200k, gemini},
		{"ollama/llama3.2:3b", EncodingO200k, llama},
		{"meta.llama3-3-70b-instruct-v1:0", EncodingO200k, llama},
		{"Qwen/Qwen3-32B", EncodingO200k, qwen},
		{"deepseek-reasoner", EncodingO200k, deepSeek},
		{"xai/grok-4", EncodingO200k, other},
	} {
		t.Run(test.model, func(t *testing.T) {
			_, r, err := lookup(test.model)
			if err != nil {
				t.Fatal(err)
			}
			if r.encoding != test.encoding || r.family != test.family {
				t.Errorf("got %s and family %d, want %s and %d", r.encoding, r.family, test.encoding, test.family)
			}
		})
	}
}

func TestKnownModels(t *testing.T) {
	for _, name := range Models() {
		if got, _, err := lookup(name); err != nil || got != name {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

// TestLookupPriced finds every chat, completion and embedding model that the price table has of the
// providers which this package knows.
func TestLookupPriced(t *testing.T) {
	file, err := os.ReadFile(realdata.Path(t, "prices", "model_prices_and_context_window.json"))
	if err != nil {
		t.Fatal(err)
	}
	var models map[string]struct {
		Provider string `json:"litellm_provider"`
		Mode     string `json:"mode"`
	}
	if err := json.Unmarshal(file, &models); err != nil {
		t.Fatal(err)
	}
	found := 0
	for name, m := range models {
		switch m.Mode {
		case "chat", "completion", "embedding", "responses":
		default:
			continue
		}
		switch m.Provider {
		case "openai", "anthropic", "gemini", "deepseek", "mistral", "xai", "text-completion-openai":
		default:
			continue
		}
		if strings.Contains(name, "lyria") || name == "openai/container" {
			continue // music, and a sandbox: no text model
		}
		if _, _, err := lookup(name); err != nil {
			t.Errorf("%s (%s): %v", name, m.Provider, err)
		}
		found++
	}
	if found < 100 {
		t.Errorf("only %d models in the table", found)
	}
}
