package cli_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// gateServer speaks OpenAI's API and answers "Paris", or "London" where the words of a question say so:
//
//	BREAK   wrong for a prompt that says NEW
//	MEND    wrong for one that does not
//	FLAKE   wrong the first time for one that says NEW
//	DRIFT   wrong for one that says NEW, and for another from the second time on
//	MUTE    no answer to one that says NEW
//	GONE    an outage for one that says NEW, but at ${GATE}/spare/v1
//	SLOW    takes 120 ms for one that says NEW
//
// A prompt that says LONG gets ten words for one. It counts by the first part of the address, so that scripts do not
// see each other: ${GATE}/NAME/v1.
type gateServer struct {
	url string

	mu    sync.Mutex // guards the counts
	calls map[string]int
	asked map[string]int
}

func newGateServer(t *testing.T) *gateServer {
	t.Helper()
	g := &gateServer{calls: map[string]int{}, asked: map[string]int{}}
	s := httptest.NewServer(g)
	t.Cleanup(s.Close)
	g.url = s.URL
	return g
}

func (g *gateServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Model    string
		Messages []struct{ Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || len(req.Messages) == 0 {
		http.Error(w, `{"error": {"message": "no messages"}}`, http.StatusBadRequest)
		return
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	text := req.Messages[len(req.Messages)-1].Content
	g.mu.Lock()
	g.calls[name]++
	g.asked[name+" "+text]++
	times := g.asked[name+" "+text]
	g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	fresh := strings.Contains(text, "NEW")
	if fresh && strings.Contains(text, "MUTE") {
		http.Error(w, `{"error": {"message": "no answer"}}`, http.StatusBadRequest)
		return
	}
	if fresh && strings.Contains(text, "GONE") && name != "spare" {
		http.Error(w, `{"error": {"message": "out of order"}}`, http.StatusInternalServerError)
		return
	}
	if fresh && strings.Contains(text, "SLOW") {
		time.Sleep(120 * time.Millisecond)
	}
	answer := "Paris"
	if gateWrong(text, fresh, times) {
		answer = "London, @everyone"
	}
	if strings.Contains(text, "LONG") {
		answer = strings.Repeat("well ", 9) + answer
	}
	in, out := len(strings.Fields(text)), len(strings.Fields(answer))
	fmt.Fprintf(w, `{"id": "1", "created": 1, "model": %s, "object": "chat.completion",
		"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": %s}}],
		"usage": {"prompt_tokens": %d, "completion_tokens": %d, "total_tokens": %d}}`, quoted(req.Model), quoted(answer), in, out, in+out)
}

func gateWrong(text string, fresh bool, times int) bool {
	has := func(word string) bool { return strings.Contains(text, word) }
	switch {
	case has("BREAK"):
		return fresh
	case has("MEND"):
		return !fresh
	case has("FLAKE"):
		return fresh && times == 1
	case has("DRIFT"):
		return fresh || times > 1
	}
	return false
}

// command is `calls NAME COUNT`, which checks how many calls came under a name since the last time, and has
// the server forget them. COUNT may be - for any.
func (g *gateServer) command(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: calls NAME COUNT")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if got := fmt.Sprint(g.calls[args[0]]); got != args[1] && args[1] != "-" {
		ts.Fatalf("%s calls; want %s", got, args[1])
	}
	g.calls[args[0]] = 0
	maps.DeleteFunc(g.asked, func(key string, _ int) bool { return strings.HasPrefix(key, args[0]+" ") })
}
