package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
)

func TestParseRef(t *testing.T) {
	for ref, want := range map[string][2]string{
		"openai/gpt-4o-2024-08-06":           {"openai", "gpt-4o-2024-08-06"},
		"ollama/llama3.2:1b":                 {"ollama", "llama3.2:1b"},
		"openrouter/meta-llama/llama-3:free": {"openrouter", "meta-llama/llama-3:free"},
		"replay/a?pace=1":                    {"replay", "a?pace=1"},
		"gpt-4o":                             {}, "openai/": {}, "/gpt-4o": {}, "": {},
	} {
		p, m, err := provider.ParseRef(ref)
		if got := [2]string{p, m}; got != want {
			t.Errorf("%q: %q", ref, got)
		}
		if want[0] == "" && diag.HintOf(err) == "" {
			t.Errorf("%q: %v has no hint", ref, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	entries := map[string]provider.Entry{
		"nowhere": {Headers: map[string]llm.Secret{"X": llm.NewSecret("y")}},
		"odd":     {Kind: "opnai", BaseURL: "http://h"},
		"bad-url": {BaseURL: "localhost:8000"},
		"keyed":   {BaseURL: "http://127.0.0.1:1", APIKeyEnv: "MY_KEY"},
		"second":  {Kind: provider.Anthropic},
	}
	for ref, want := range map[string]struct {
		text, hint string
		auth       bool
	}{
		"opnai/m":     {`unknown provider "opnai"`, "openai", false},
		"nonesuch9/m": {`unknown provider "nonesuch9"`, "known providers: anthropic, azure", false},
		"azure/m":     {"provider azure has no base_url", "https://RESOURCE.openai.azure.com", false},
		"nowhere/m":   {"provider nowhere has no base_url", "providers: {nowhere: {kind: openai", false},
		"odd/m":       {`unknown kind "opnai"`, "one of openai", false},
		"bad-url/m":   {"base_url is not an address", "http://", false},
		"openai/m":    {"OPENAI_API_KEY is not set", "set OPENAI_API_KEY", true},
		"anthropic/m": {"ANTHROPIC_API_KEY is not set", "set ANTHROPIC_API_KEY", true},
		"gemini/m":    {"GEMINI_API_KEY is not set", "set GEMINI_API_KEY", true},
		"groq/m":      {"GROQ_API_KEY is not set", "set GROQ_API_KEY", true},
		"keyed/m":     {"MY_KEY is not set", "set MY_KEY", true},
		"second/m":    {"ANTHROPIC_API_KEY is not set", "set ANTHROPIC_API_KEY", true},
	} {
		t.Run(ref, func(t *testing.T) {
			_, err := provider.Open(ref, provider.Settings{Providers: entries})
			if err == nil || !strings.Contains(err.Error(), want.text) || !strings.Contains(diag.HintOf(err), want.hint) {
				t.Fatalf("%v, hint %q", err, diag.HintOf(err))
			}
			if errors.Is(err, llm.ErrAuth) != want.auth {
				t.Errorf("an authentication error: %v", !want.auth)
			}
		})
	}
}

func TestOpenWithoutAKey(t *testing.T) {
	s := provider.Settings{Providers: map[string]provider.Entry{"mine": {BaseURL: "http://127.0.0.1:1/v1"}}}
	for _, ref := range []string{"ollama/llama3.2:1b", "vllm/m", "tgi/m", "llamacpp/m", "lmstudio/m", "mine/m"} {
		if _, err := provider.Open(ref, s); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

func TestLookupMerges(t *testing.T) {
	s := provider.Settings{Providers: map[string]provider.Entry{
		"openai": {BaseURL: "http://127.0.0.1:9/v1"},
		"ollama": {APIKeyEnv: "MINE"},
		"team":   {Kind: provider.OpenAI, APIKeyEnv: "TEAM_KEY"},
	}}
	for name, want := range map[string]provider.Entry{
		"openai": {Name: "openai", Kind: provider.OpenAI, BaseURL: "http://127.0.0.1:9/v1", APIKeyEnv: "OPENAI_API_KEY"},
		"ollama": {Name: "ollama", Kind: provider.OpenAI, BaseURL: "http://127.0.0.1:11434/v1", APIKeyEnv: "MINE"},
		"team":   {Name: "team", Kind: provider.OpenAI, BaseURL: "https://api.openai.com/v1", APIKeyEnv: "TEAM_KEY"},
	} {
		got, err := s.Lookup(name)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(llm.Secret{})); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// Every built-in provider is complete, and speaks to where it says.
func TestBuiltinProviders(t *testing.T) {
	s := provider.Settings{}
	for _, name := range s.Names() {
		if name == "replay" || name == "azure" {
			continue
		}
		e, err := s.Lookup(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		u, err := url.Parse(e.BaseURL)
		if err != nil || e.APIKeyEnv == "" || strings.HasSuffix(e.BaseURL, "/") {
			t.Errorf("%s: %+v", name, e)
		}
		if local := u.Hostname() == "127.0.0.1"; local != e.KeyOptional || local == (u.Scheme == "https") {
			t.Errorf("%s: a key is optional for a server on this machine and for no other: %+v", name, e)
		}
	}
}

// What an entry adds reaches the server, under the model's own name.
func TestEntryReachesTheServer(t *testing.T) {
	for kind, path := range map[provider.Kind]string{
		provider.OpenAI: "/chat/completions", provider.Anthropic: "/v1/messages",
		provider.Gemini: "/models/vendor%2Fm:1:generateContent", provider.Azure: "/openai/deployments/vendor%2Fm:1/chat/completions",
	} {
		t.Run(string(kind), func(t *testing.T) {
			var got *http.Request
			var body map[string]any
			s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				raw, _ := io.ReadAll(r.Body)
				got, body = r, map[string]any{}
				if err := json.Unmarshal(raw, &body); err != nil {
					t.Error(err)
				}
			}))
			defer s.Close()
			base := wire.NewBase()
			defer base.CloseIdleConnections()
			m, err := provider.Open("mine/vendor/m:1", provider.Settings{
				Transport: base,
				Providers: map[string]provider.Entry{"mine": {
					Kind: kind, BaseURL: s.URL, Headers: map[string]llm.Secret{"x-team": llm.NewSecret("blue")},
					Query: map[string]string{"region": "eu"}, Options: map[string]any{"from_entry": 1, "both": "entry"},
				}},
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = m.Generate(context.Background(), &llm.Request{
				Model: "another", Options: map[string]any{"both": "request"}, Messages: []llm.Message{llm.Text(llm.RoleUser, "hi")},
			})
			if e, ok := errors.AsType[*llm.Error](err); !ok || e.Kind != llm.KindEmpty || e.Provider != "mine" || e.Model != "vendor/m:1" {
				t.Errorf("an empty answer: %v", err)
			}
			if got.URL.EscapedPath() != path || got.URL.Query().Get("region") != "eu" || got.Header.Get("X-Team") != "blue" {
				t.Errorf("%s, header %q", got.URL, got.Header.Get("X-Team"))
			}
			if want := map[bool]string{true: "2024-10-21"}[kind == provider.Azure]; got.URL.Query().Get("api-version") != want {
				t.Errorf("api-version in %s", got.URL)
			}
			if body["from_entry"] != 1.0 || body["both"] != "request" {
				t.Errorf("options in %v", body)
			}
		})
	}
}

func TestOpenReplay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.jsonl")
	if err := os.WriteFile(file, []byte(`{"case":"c1","output":"hello"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := ""
	m, err := provider.Open("replay/gsm8k/a", provider.Settings{Recording: func(name string) (string, error) {
		asked = name
		return file, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := m.(io.Closer); ok {
		defer c.Close()
	}
	resp, err := m.Generate(context.Background(), &llm.Request{Case: "c1"})
	if err != nil || resp.Text() != "hello" || asked != "gsm8k/a" {
		t.Errorf("%q, %v, asked for %q", resp.Text(), err, asked)
	}
}

func ExampleOpen() {
	_, err := provider.Open("openai/gpt-4o-2024-08-06", provider.Settings{
		Key: func(e provider.Entry) (llm.Secret, error) { return llm.Secret{}, nil }, // no key at hand
	})
	fmt.Println(err)
	fmt.Println("hint:", diag.HintOf(err))
	// Output:
	// openai: authentication: no API key: OPENAI_API_KEY is not set
	// hint: set OPENAI_API_KEY, or use another model: ollama/… and replay/… need no key
}
