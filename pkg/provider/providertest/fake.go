package providertest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// received is a request as the server saw it.
type received struct {
	method  string
	address string // path and query
	header  http.Header
	body    []byte
}

// server answers on a loopback socket and keeps the requests.
type server struct {
	*httptest.Server
	dialect Dialect

	mu       sync.Mutex
	requests []received // guarded by mu
}

// start runs a server that answers with handle.
func start(t testing.TB, d Dialect, handle func(http.ResponseWriter, received, *http.Request)) *server {
	t.Helper()
	s := &server{dialect: d}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got := received{r.Method, r.URL.RequestURI(), r.Header, body}
		s.mu.Lock()
		s.requests = append(s.requests, got)
		s.mu.Unlock()
		handle(w, got, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// serve answers every request with the case's files, whichever form is asked for.
func (c *testCase) serve(t testing.TB) *server {
	t.Helper()
	return start(t, c.dialect, func(w http.ResponseWriter, got received, _ *http.Request) {
		if !c.dialect.asksForStream(got) {
			w.Header().Set("Content-Type", "application/json")
			send(w, c.file(t, "response.json"))
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for _, event := range events(c.file(t, "stream.txt")) {
			send(w, event)
		}
	})
}

// send hands data to the socket at once. A client that has gone is no concern of the server's.
func send(w http.ResponseWriter, data []byte) {
	_, _ = w.Write(data)
	w.(http.Flusher).Flush()
}

// events splits a stream after each blank line.
func events(stream []byte) [][]byte { return bytes.SplitAfter(stream, []byte("\n\n")) }

func (s *server) target() Target {
	return Target{BaseURL: s.URL + s.dialect.prefix(), Key: llm.NewSecret(key), HTTP: s.Client()}
}

func (s *server) onlyRequest(t testing.TB) received {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) != 1 {
		t.Fatalf("%d requests, want 1", len(s.requests))
	}
	return s.requests[0]
}
