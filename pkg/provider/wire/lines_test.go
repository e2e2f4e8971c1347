package wire_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
)

func TestFilesOfLines(t *testing.T) {
	const lines = "{\"a\":1}\n{\"a\":2}\n"
	tests := map[string]struct {
		serve func(w http.ResponseWriter)
		kind  llm.ErrorKind // "": the lines come as they are
		limit int64
	}{
		"whole": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, lines) }, "", 0},
		"labelled bytes": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = io.WriteString(w, lines)
		}, "", 0},
		"cut off": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, lines)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, llm.KindTruncated, 0},
		"cut off in chunks": {func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, lines)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, llm.KindTruncated, 0},
		"a page":    {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html><title>Log in</title>") }, llm.KindMalformed, 0},
		"too large": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, lines) }, llm.KindTooLarge, 8},
		"gone":      {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, llm.KindNotFound, 0},
		"elsewhere": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(http.StatusFound)
		}, llm.KindRedirect, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { tt.serve(w) }))
			defer srv.Close()
			hc := &http.Client{Transport: wire.New(wire.Config{Provider: "p", MaxBytes: tt.limit})}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Accept", "application/x-jsonl")
			got := ""
			resp, err := hc.Do(req)
			if err == nil {
				defer resp.Body.Close()
				data, readErr := io.ReadAll(resp.Body)
				got, err = string(data), readErr
			}
			var e *llm.Error
			switch {
			case tt.kind == "" && (err != nil || got != lines):
				t.Errorf("got %q, %v", got, err)
			case tt.kind != "" && (!errors.As(err, &e) || e.Kind != tt.kind):
				t.Errorf("got %v, want %s", err, tt.kind)
			}
		})
	}
}

func TestInside(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		kind   llm.ErrorKind
	}{
		"openai":            {400, `{"error":{"message":"no","type":"invalid_request_error","code":"context_length_exceeded"}}`, llm.KindContextWindow},
		"openai, status":    {429, `{"error":{"message":"slow"}}`, llm.KindRateLimit},
		"anthropic":         {0, `{"type":"error","error":{"type":"overloaded_error","message":"x"}}`, llm.KindOverloaded},
		"nothing":           {0, ``, llm.KindServer},
		"a page with a key": {502, `<p>sk-secret</p>`, llm.KindServer},
	} {
		e := wire.Inside("p", tt.status, []byte(tt.body), func(s string) string { return strings.ReplaceAll(s, "sk-secret", "[redacted]") })
		if e.Kind != tt.kind || strings.Contains(e.Error(), "sk-secret") {
			t.Errorf("%s: %v, want %s", name, e, tt.kind)
		}
	}
}
