package openai_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/openai"
)

const hello = `{"id":"1","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}`

// transport answers without a socket: status 200 and the body that it returns, or its error.
type transport func(r *http.Request, body string) (string, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	body, err := f(r, string(sent))
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func refusing(message string) error {
	return &llm.Error{Kind: llm.KindInvalid, Status: 400, Message: message}
}

func field(t *testing.T, body, name string) string {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		t.Fatal(err)
	}
	return string(fields[name])
}

func say(model string) *llm.Request {
	return &llm.Request{Model: model, Messages: []llm.Message{llm.Text(llm.RoleUser, "hi")}}
}

func TestMaxTokensField(t *testing.T) {
	for name, c := range map[string]struct {
		cfg   openai.Config
		model string
		want  string
	}{
		"OpenAI":                        {openai.Config{}, "gpt-4o", "max_completion_tokens"},
		"OpenAI in a region":            {openai.Config{BaseURL: "https://eu.api.openai.com/v1"}, "gpt-4o", "max_completion_tokens"},
		"compatible":                    {openai.Config{BaseURL: "http://localhost:8000/v1"}, "llama", "max_tokens"},
		"compatible with OpenAI's name": {openai.Config{BaseURL: "http://localhost:8000/v1"}, "gpt-5-mini", "max_tokens"},
		"Azure":                         {openai.Config{BaseURL: "https://x.openai.azure.com", AzureVersion: "1"}, "my-gpt4", "max_tokens"},
		"Azure, reasoning":              {openai.Config{BaseURL: "https://x.openai.azure.com", AzureVersion: "1"}, "o3-mini", "max_completion_tokens"},
		"as configured":                 {openai.Config{MaxTokensField: "max_new_tokens"}, "gpt-4o", "max_new_tokens"},
	} {
		t.Run(name, func(t *testing.T) {
			var sent string
			c.cfg.HTTP = &http.Client{Transport: transport(func(_ *http.Request, body string) (string, error) {
				sent = body
				return hello, nil
			})}
			req := say(c.model)
			temperature := 0.7
			req.MaxTokens, req.Temperature = 9, &temperature // the SDK's validator would refuse both for gpt-5
			if _, err := openai.New(c.cfg).Generate(context.Background(), req); err != nil {
				t.Fatal(err)
			}
			for _, field := range []string{c.want + `":9`, `"temperature":0.7`, `"model":"` + c.model + `"`} {
				if !strings.Contains(sent, field) {
					t.Errorf("sent %s without %s", sent, field)
				}
			}
			if n := strings.Count(sent, "_tokens"); n != 1 {
				t.Errorf("%d limits in %s", n, sent)
			}
		})
	}
}

// A server that refuses a field is asked once more without it, and never again with it.
func TestLearnsRefusedFields(t *testing.T) {
	const stream = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
	for name, c := range map[string]struct {
		refused, message string
		streamed         bool
		asked            int // in two calls
		fails            bool
	}{
		"stream_options":            {"stream_options", "Extra inputs are not permitted: stream_options", true, 3, false},
		"max_tokens":                {`"max_tokens"`, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", false, 3, false},
		"something else":            {"messages", "messages must not be empty", true, 2, true},
		"named, but not by a field": {"messages", "something about stream_options", true, 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			m := openai.New(openai.Config{BaseURL: "http://host/v1", HTTP: &http.Client{
				Transport: transport(func(_ *http.Request, body string) (string, error) {
					asked++
					switch {
					case strings.Contains(body, c.refused):
						return "", refusing(c.message)
					case c.streamed:
						return stream, nil
					}
					return hello, nil
				}),
			}})
			for range 2 {
				req := say("m")
				req.MaxTokens = 5
				if c.streamed {
					req.OnDelta = func(llm.Delta) error { return nil }
				}
				got, err := m.Generate(context.Background(), req)
				if (err != nil) != c.fails || (err == nil && got.Text() != "hi") {
					t.Errorf("%q, %v", got.Text(), err)
				}
			}
			if asked != c.asked {
				t.Errorf("asked %d times, want %d", asked, c.asked)
			}
		})
	}
}

func TestAzure(t *testing.T) {
	var address, key, bearer string
	for _, base := range []string{"https://x.openai.azure.com", "https://x.openai.azure.com/openai/"} {
		m := openai.New(openai.Config{
			BaseURL: base, AzureVersion: "2024-10-21", Key: llm.NewSecret("azure-" + "key"),
			HTTP: &http.Client{Transport: transport(func(r *http.Request, _ string) (string, error) {
				address, key, bearer = r.URL.String(), r.Header.Get("api-key"), r.Header.Get("Authorization")
				return hello, nil
			})},
		})
		if _, err := m.Generate(context.Background(), say("my gpt-3.5")); err != nil {
			t.Fatal(err)
		}
		want := "https://x.openai.azure.com/openai/deployments/my%20gpt-3.5/chat/completions?api-version=2024-10-21"
		if address != want || key != "azure-key" || bearer != "" {
			t.Errorf("asked %s with api-key %q and authorization %q, want %s", address, key, bearer, want)
		}
	}
}

func TestHeaderAndQuery(t *testing.T) {
	var got *http.Request
	m := openai.New(openai.Config{
		BaseURL: "http://host/v1/", Header: http.Header{"X-Title": {"llmops"}, "authorization": {"Basic x"}},
		Query: map[string][]string{"version": {"2"}}, Key: llm.NewSecret("unused"),
		HTTP: &http.Client{Transport: transport(func(r *http.Request, _ string) (string, error) {
			got = r
			return hello, nil
		})},
	})
	if _, err := m.Generate(context.Background(), say("m")); err != nil {
		t.Fatal(err)
	}
	if got.URL.String() != "http://host/v1/chat/completions?version=2" ||
		got.Header.Get("X-Title") != "llmops" || got.Header.Get("Authorization") != "Basic x" {
		t.Errorf("%s %v", got.URL, got.Header)
	}
}

// What belongs to the client cannot be set by options, and nothing is sent then.
func TestReservedOptions(t *testing.T) {
	m := openai.New(openai.Config{HTTP: &http.Client{Transport: transport(func(*http.Request, string) (string, error) {
		t.Error("a request was sent")
		return hello, nil
	})}})
	req := say("m")
	req.Options = map[string]any{"stream": true}
	_, err := m.Generate(context.Background(), req)
	if diff := cmp.Diff("openai: invalid request: options cannot set stream", fmt.Sprint(err)); diff != "" {
		t.Error(diff)
	}
}

func ExampleClient_Generate() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"choices":[{"message":{"content":"Merhaba!"},"finish_reason":"stop"}],
			"usage":{"prompt_tokens":5,"completion_tokens":3}}`)
	}))
	defer server.Close()

	m := openai.New(openai.Config{Name: "vllm", BaseURL: server.URL + "/v1"})
	answer, err := m.Generate(context.Background(), &llm.Request{
		Model:    "llama-3.2",
		Messages: []llm.Message{llm.Text(llm.RoleUser, "Say hello in Turkish.")},
	})
	fmt.Println(answer.Text(), answer.FinishReason, answer.Usage.Input(), answer.Usage.Output, err)
	// Output: Merhaba! stop 5 3 <nil>
}
