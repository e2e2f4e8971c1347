package gemini_test

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
	"github.com/llmops-toolkit/llmops/pkg/provider/gemini"
)

// transport answers without a socket, with status 200 and the body that it returns.
type transport func(r *http.Request, body string) string

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	body := io.NopCloser(strings.NewReader(f(r, string(sent))))
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, Request: r}, nil
}

func answering(body string) *gemini.Client {
	return gemini.New(gemini.Config{HTTP: &http.Client{Transport: transport(func(*http.Request, string) string { return body })}})
}

func say(text string) *llm.Request {
	return &llm.Request{Model: "m", Messages: []llm.Message{llm.Text(llm.RoleUser, text)}}
}

// A candidate without content is never a success with an empty text, streamed or not.
func TestNoContent(t *testing.T) {
	for name, c := range map[string]struct {
		candidate string
		want      llm.FinishReason
		err       string
	}{
		"STOP":                    {`{"finishReason":"STOP"}`, llm.FinishError, "gemini: empty response (STOP): the answer has no content"},
		"nothing but thoughts":    {`{"content":{"parts":[{"text":"hm","thought":true}]},"finishReason":"STOP"}`, llm.FinishError, "gemini: empty response (STOP): the answer has no content"},
		"an empty text":           {`{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}`, llm.FinishError, "gemini: empty response (STOP): the answer has no content"},
		"MAX_TOKENS":              {`{"finishReason":"MAX_TOKENS"}`, llm.FinishLength, ""},
		"SAFETY":                  {`{"finishReason":"SAFETY"}`, llm.FinishContentFilter, ""},
		"MALFORMED_FUNCTION_CALL": {`{"content":{},"finishReason":"MALFORMED_FUNCTION_CALL"}`, llm.FinishError, "gemini: malformed response (MALFORMED_FUNCTION_CALL): the model could not finish its answer"},
		"NO_IMAGE":                {`{"finishReason":"NO_IMAGE"}`, llm.FinishError, "gemini: malformed response (NO_IMAGE): the model could not finish its answer"},
		"a new reason":            {`{"finishReason":"PURPLE"}`, llm.FinishError, "gemini: empty response (PURPLE): the answer has no content"},
	} {
		for _, streamed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, streamed %v", name, streamed), func(t *testing.T) {
				body, req := `{"candidates":[`+c.candidate+`]}`, say("hi")
				if streamed {
					body = "data: " + body + "\r\n\r\n"
					req.OnDelta = func(llm.Delta) error { return nil }
				}
				got, err := answering(body).Generate(context.Background(), req)
				if got == nil || got.FinishReason != c.want {
					t.Errorf("response %+v, want finish reason %q", got, c.want)
				}
				if text := fmt.Sprint(err); text != c.err && (err != nil || c.err != "") {
					t.Errorf("error %q, want %q", text, c.err)
				}
			})
		}
	}
}

func TestPartsKept(t *testing.T) {
	const body = `{"candidates":[{"content":{"parts":[
		{"text":"Look:","thoughtSignature":"s1"},
		{"inlineData":{"mimeType":"image/png","data":"YWJj"}},
		{"functionCall":{"name":"f","args":{"x":[1,2]}},"thoughtSignature":"s2"},
		{"thought":true,"text":"done"}
	]},"finishReason":"STOP"}]}`
	got, err := answering(body).Generate(context.Background(), say("draw"))
	if err != nil {
		t.Fatal(err)
	}
	want := []llm.Part{
		{Reasoning: &llm.Reasoning{Signature: "s1", Provider: "gemini"}},
		{Text: "Look:"},
		{Media: &llm.Media{MIME: "image/png", Data: []byte("abc")}},
		{Reasoning: &llm.Reasoning{Signature: "s2", Provider: "gemini"}},
		{ToolCall: &llm.ToolCall{ID: "call_0", Name: "f", Arguments: `{"x":[1,2]}`}},
		{Reasoning: &llm.Reasoning{Text: "done"}},
	}
	if diff := cmp.Diff(want, got.Parts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	// Sent back, each signature is on its part again, and what was not Gemini's own id is gone.
	var sent string
	m := gemini.New(gemini.Config{HTTP: &http.Client{Transport: transport(func(_ *http.Request, b string) string {
		sent = b
		return body
	})}})
	req := say("draw")
	req.Messages = append(req.Messages, llm.Message{Role: llm.RoleAssistant, Parts: got.Parts},
		llm.Message{Role: llm.RoleTool, Parts: []llm.Part{{ToolResult: &llm.ToolResult{ID: "call_0", Content: "[1]"}}}})
	if _, err := m.Generate(context.Background(), req); err != nil {
		t.Fatal(err)
	}
	wantSent := `{"contents":[{"role":"user","parts":[{"text":"draw"}]},{"role":"model","parts":[` +
		`{"text":"Look:","thoughtSignature":"s1"},{"inlineData":{"mimeType":"image/png","data":"YWJj"}},` +
		`{"thoughtSignature":"s2","functionCall":{"name":"f","args":{"x":[1,2]}}}]},` +
		`{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"[1]"}}}]}]}`
	if diff := cmp.Diff(wantSent, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestAddress(t *testing.T) {
	for model, want := range map[string]string{
		"gemini-2.5-flash":     "https://h/v1beta/models/gemini-2.5-flash:generateContent?key=v",
		"models/gemini":        "https://h/v1beta/models/gemini:generateContent?key=v",
		"tunedModels/my model": "https://h/v1beta/tunedModels/my%20model:generateContent?key=v",
		"../../x?y":            "https://h/v1beta/models/..%2F..%2Fx%3Fy:generateContent?key=v",
	} {
		var got string
		m := gemini.New(gemini.Config{
			BaseURL: "https://h/v1beta/", Query: map[string][]string{"key": {"v"}},
			HTTP: &http.Client{Transport: transport(func(r *http.Request, _ string) string {
				got = r.URL.String()
				return `{"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP"}]}`
			})},
		})
		req := say("hi")
		req.Model = model
		if _, err := m.Generate(context.Background(), req); err != nil || got != want {
			t.Errorf("%s: asked %s, %v, want %s", model, got, err, want)
		}
	}
}

func TestCount(t *testing.T) {
	var path, sent string
	m := gemini.New(gemini.Config{HTTP: &http.Client{Transport: transport(func(r *http.Request, b string) string {
		path, sent = r.URL.Path, b
		return `{"totalTokens":31,"promptTokensDetails":[]}`
	})}})
	n, err := m.Count(context.Background(), say("hi"))
	if err != nil || n != 31 {
		t.Errorf("%d, %v", n, err)
	}
	want := `{"generateContentRequest":{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"model":"models/m"}}`
	if path != "/v1beta/models/m:countTokens" || sent != want {
		t.Errorf("asked %s with %s, want %s", path, sent, want)
	}
	for body, want := range map[string]string{
		`{}`:                  "gemini: malformed response: the answer has no totalTokens",
		`{"totalTokens":"x"}`: "gemini: malformed response: json: cannot unmarshal string",
	} {
		if _, err := answering(body).Count(context.Background(), say("hi")); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hi\"}]},\"finishReason\":\"STOP\"}]}\n\n")
	f.Add("data: {\"promptFeedback\":{\"blockReason\":\"OTHER\"}}\r\n\r\n")
	f.Add("data: {\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\"}}]}}]}\n\n")
	f.Fuzz(func(t *testing.T, body string) {
		req := say("hi")
		var text string
		req.OnDelta = func(d llm.Delta) error { text += d.Text; return nil }
		got, err := answering(body).Generate(context.Background(), req)
		switch {
		case err == nil && (got == nil || got.FinishReason == "" || got.FinishReason == llm.FinishError):
			t.Errorf("a good answer without an end: %+v", got)
		case err == nil && got.FinishReason == llm.FinishStop && len(got.Parts) == 0:
			t.Error("a good answer without content")
		case got.Text() != text:
			t.Errorf("deltas %q, text %q", text, got.Text())
		}
		if _, err := json.Marshal(got); err != nil {
			t.Error(err)
		}
	})
}

func ExampleClient_Generate() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"candidates":[{"content":{"parts":[{"text":"Merhaba!"}]},"finishReason":"STOP"}],
			"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":3}}`)
	}))
	defer server.Close()

	m := gemini.New(gemini.Config{BaseURL: server.URL + "/v1beta", Key: llm.NewSecret("a key")})
	answer, err := m.Generate(context.Background(), &llm.Request{
		Model:    "gemini-2.5-flash",
		Messages: []llm.Message{llm.Text(llm.RoleUser, "Say hello in Turkish.")},
	})
	fmt.Println(answer.Text(), answer.FinishReason, answer.Usage.Input(), answer.Usage.Output, err)
	// Output: Merhaba! stop 5 3 <nil>
}
