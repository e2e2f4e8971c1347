package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// newEcho starts a server that speaks OpenAI's API and answers "echo: " and the last message, a word a
// delta, with 7 tokens in and one a word out. It refuses whoever says "refuse".
func newEcho(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(s.Close)
	return s.URL
}

func echo(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Stream   bool
		Messages []struct{ Content json.RawMessage }
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || len(req.Messages) == 0 {
		http.Error(w, `{"error": {"message": "no messages"}}`, http.StatusBadRequest)
		return
	}
	var text string
	if json.Unmarshal(req.Messages[len(req.Messages)-1].Content, &text) != nil {
		text = "something that is not text"
	}
	if text == "refuse" { // as OpenAI words it, with the key
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error": {"message": "Incorrect API key provided: %s."}}`, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		return
	}
	words := strings.SplitAfter("echo: "+text, " ")
	usage := fmt.Sprintf(`"usage": {"prompt_tokens": 7, "completion_tokens": %d, "total_tokens": %d}`, len(words), 7+len(words))
	const head = `"id": "1", "created": 1, "model": "echo-1"`
	if !req.Stream {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{%s, "object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": %s}}], %s}`,
			head, quoted(strings.Join(words, "")), usage)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, word := range words {
		fmt.Fprintf(w, "data: {%s, \"object\": \"chat.completion.chunk\", \"choices\": [{\"index\": 0, \"delta\": {\"content\": %s}}]}\n\n", head, quoted(word))
	}
	fmt.Fprintf(w, "data: {%s, \"object\": \"chat.completion.chunk\", \"choices\": [{\"index\": 0, \"delta\": {}, \"finish_reason\": \"stop\"}]}\n\n", head)
	fmt.Fprintf(w, "data: {%s, \"object\": \"chat.completion.chunk\", \"choices\": [], %s}\n\ndata: [DONE]\n\n", head, usage)
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
