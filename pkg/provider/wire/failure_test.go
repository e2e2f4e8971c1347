package wire

import (
	"errors"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func TestStatusErrors(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		body    string
		kind    llm.ErrorKind
		code    string
		message string
	}{
		"401":                {401, `{"error":{"message":"Incorrect API key provided: canary-key-123","type":"invalid_request_error","code":"invalid_api_key"}}`, llm.KindAuth, "invalid_api_key", "Incorrect API key provided: [redacted]"},
		"403":                {403, `{"error":{"message":"no","type":"permission_error"}}`, llm.KindAuth, "permission_error", "no"},
		"gemini's bad key":   {400, `{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}`, llm.KindAuth, "API_KEY_INVALID", "API key not valid."},
		"402":                {402, `{"error":{"message":"Insufficient Balance","type":"unknown_error"}}`, llm.KindQuota, "unknown_error", "Insufficient Balance"},
		"spend limit":        {429, `{"error":{"code":"organization_spend_limit_exceeded"}}`, llm.KindQuota, "organization_spend_limit_exceeded", ""},
		"rate limit":         {429, `{"error":{"code":"rate_limit_exceeded","type":"tokens","message":"Rate limit reached"}}`, llm.KindRateLimit, "rate_limit_exceeded", "Rate limit reached"},
		"gemini rate limit":  {429, `[{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED"}}]`, llm.KindRateLimit, "RESOURCE_EXHAUSTED", "You exceeded your current quota"},
		"404":                {404, `{"error":{"code":"model_not_found","message":"The model does not exist"}}`, llm.KindNotFound, "model_not_found", "The model does not exist"},
		"ollama's 404":       {404, `{"error":"model 'x' not found"}`, llm.KindNotFound, "", "model 'x' not found"},
		"context, openai":    {400, `{"error":{"code":"context_length_exceeded","message":"too long"}}`, llm.KindContextWindow, "context_length_exceeded", "too long"},
		"context, anthropic": {400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 200001 tokens > 200000 maximum"}}`, llm.KindContextWindow, "invalid_request_error", "prompt is too long: 200001 tokens > 200000 maximum"},
		"context, gemini":    {400, `{"error":{"code":400,"message":"The input token count (9) exceeds the maximum number of tokens allowed (8).","status":"INVALID_ARGUMENT"}}`, llm.KindContextWindow, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8)."},
		"filter, azure":      {400, `{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"},"message":"filtered"}}`, llm.KindContentFilter, "ResponsibleAIPolicyViolation", "filtered"},
		"400":                {400, `{"error":{"type":"invalid_request_error","message":"bad"}}`, llm.KindInvalid, "invalid_request_error", "bad"},
		"422, nothing back":  {422, `{"detail":[{"loc":["body"],"msg":"field required","input":{"messages":"SECRET PROMPT"}}]}`, llm.KindInvalid, "", "field required"},
		"no message at all":  {400, `{"request":{"messages":"SECRET PROMPT"}}`, llm.KindInvalid, "", ""},
		"tgi overloaded":     {429, `{"error":"Model is overloaded","error_type":"overloaded"}`, llm.KindOverloaded, "overloaded", "Model is overloaded"},
		"413":                {413, `{"type":"error","error":{"type":"request_too_large"}}`, llm.KindInvalid, "request_too_large", ""},
		"500":                {500, ``, llm.KindServer, "", ""},
		"502, words":         {502, "bad\tgateway\x1b[31m\r\n now", llm.KindServer, "", "bad gateway[31m now"},
		"529":                {529, `{}`, llm.KindOverloaded, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := exchangeOnce(t, Config{KeyVar: "OPENAI_API_KEY"}, false, response(c.status, strings.NewReader(c.body)))
			var e *llm.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			got := []any{e.Kind, e.Code, e.Message, e.Status}
			if diff := cmp.Diff([]any{c.kind, c.code, c.message, c.status}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if e.Kind == llm.KindAuth && !strings.Contains(e.Hint(), "OPENAI_API_KEY") {
				t.Errorf("the hint names no variable: %q", e.Hint())
			}
			if strings.Contains(err.Error()+e.Raw+e.Hint(), "SECRET") || strings.Contains(err.Error(), "canary-key") {
				t.Errorf("it tells too much: %v", err)
			}
		})
	}
}

func TestErrorsOfTheSameSource(t *testing.T) {
	h := []string{"Content-Type", "application/json", "Request-Id", "req_9\x1b", "X-Should-Retry", "false", "Retry-After", "3"}
	_, err := exchangeOnce(t, Config{}, true, response(503, strings.NewReader(`{"error":{"message":"m"}}`), h...))
	var e *llm.Error
	if !errors.As(err, &e) || e.RequestID != "req_9" || e.ShouldRetry == nil || *e.ShouldRetry || e.RetryAfter != 3e9 {
		t.Errorf("%+v", e)
	}
	_, err = exchangeOnce(t, Config{Redact: func(s string) string { return strings.ReplaceAll(s, "sk-other", "***") }}, true,
		response(200, strings.NewReader("data: {sk-other canary-key-123\n\n")))
	if !errors.As(err, &e) || e.Raw != "{*** [redacted]" {
		t.Errorf("raw %q", e.Raw)
	}
}

func TestClean(t *testing.T) {
	for name, c := range map[string]struct {
		in    string
		limit int
		want  string
	}{
		"plain":        {"abc", 10, "abc"},
		"space":        {" a \t\r\n b ", 10, "a b"},
		"controls":     {"a\x1b]0;x\x07b\u009bc\u202ed\u2066e\x00", 20, "a]0;xbcde"},
		"broken UTF-8": {"a\xff\xfeb", 10, "ab"},
		"exact":        {"abcde", 5, "abcde"},
		"too long":     {"abcdef", 5, "abcd…"},
		"runes":        {"üüüüüü", 5, "üüüü…"},
		"at a space":   {"abcd ef", 5, "abcd…"},
		"empty":        {"", 5, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := clean(c.in, c.limit); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestAsksForStream(t *testing.T) {
	for body, want := range map[string]bool{
		`{"stream":true}`: true,
		`{"a":{"stream":false},"stream" : true,"b":1}`: true,
		`{"stream":false}`:                                false,
		`{"a":{"stream":true}}`:                           false,
		`{"a":"stream","b":true}`:                         false,
		`{"a":"\"stream\":true"}`:                         false,
		`{"a":"\\","stream":true}`:                        true,
		`{"a":["stream",true,{"stream":true}]}`:           false,
		`{"messages":[{"content":"\"},"}],"stream":true}`: true,
		`{"stream`: false, `"`: false, ``: false, `{"`: false,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://h/v1/messages", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := asksForStream(r); got != want {
			t.Errorf("%s: %v", body, got)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://h/v1beta/models/m:streamGenerateContent?alt=sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !asksForStream(r) {
		t.Error("Gemini's address is not known")
	}
}

func FuzzReport(f *testing.F) {
	f.Add([]byte(`{"error":{"message":"m","code":"c","details":[{"retryDelay":"3s"}]}}`))
	f.Add([]byte(`[{"error":{"detail":[{"msg":"x"}]}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := readReport(data)
		if kind, _ := kindOf(200, r); kind == "" {
			t.Errorf("no kind for %q", data)
		}
		streamIsTrue(data)
	})
}
