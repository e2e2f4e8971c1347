package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// paced is a server that speaks OpenAI's API and sends what the test tells it, when the test tells it.
type paced struct {
	URL string

	steps  chan string   // pieces of the answer; what ends in theEnd is the last one
	asked  chan struct{} // one for each request that came
	left   chan struct{} // one for each client that went away before the end
	mu     sync.Mutex
	bodies []pacedRequest // guarded by mu
}

// theEnd behind a piece makes it the last of its answer.
const theEnd = "<the end>"

type pacedRequest struct {
	Stream   bool
	Messages []struct{ Role, Content string }
}

func newPaced(t *testing.T) *paced {
	t.Helper()
	p := &paced{steps: make(chan string), asked: make(chan struct{}, 100), left: make(chan struct{}, 100)}
	s := httptest.NewServer(p)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	p.URL = s.URL
	return p
}

// ServeHTTP implements http.Handler.
func (p *paced) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req pacedRequest
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.bodies = append(p.bodies, req)
	p.mu.Unlock()
	p.asked <- struct{}{}
	if req.Stream {
		w.Header().Set("Content-Type", "text/event-stream")
	}
	for {
		select {
		case piece := <-p.steps:
			text, last := strings.CutSuffix(piece, theEnd)
			if !req.Stream {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"id":"1","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":%s}}]}`, quoted(text))
				return
			}
			fmt.Fprintf(w, "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":%s}}]}\n\n", quoted(text))
			w.(http.Flusher).Flush()
			if last {
				fmt.Fprint(w, `data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
				return
			}
		case <-r.Context().Done():
			p.left <- struct{}{}
			return
		}
	}
}

// say sends a piece of the answer to whichever request is open.
func (p *paced) say(t *testing.T, piece string) {
	t.Helper()
	select {
	case p.steps <- piece:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody asks the server")
	}
}

// requests are those that came so far.
func (p *paced) requests() []pacedRequest {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]pacedRequest(nil), p.bodies...)
}

// project makes a directory with the files and a provider "fake" at url.
func project(t *testing.T, url string, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	all := map[string]string{"llmops.yaml": "providers:\n  fake: {kind: openai, base_url: '" + url + "/v1'}\n"}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
