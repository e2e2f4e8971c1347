// Package batchserver is a server on the loopback that speaks OpenAI's Batch API and Anthropic's Message
// Batches, for tests: files are uploaded and checked, batches go through their states, results come in
// another order. Start with New, and set the faults that a test is about.
package batchserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Key is the one that the server takes.
const Key = "sk-loopback-0123456789"

// Server holds files and batches. Its faults are set through Set.
type Server struct {
	URL string

	mu      sync.Mutex
	faults  Faults           // guarded by mu
	files   map[string]*file // guarded by mu
	batches []*batch         // the oldest first; guarded by mu
	next    int              // guarded by mu
	uploads int              // guarded by mu
}

// Faults are what goes wrong. The zero value is a server where nothing does.
type Faults struct {
	Polls   int                        // how often a batch is asked for until it has ended; 0 means once
	Stall   bool                       // batches stay in progress until canceled
	End     string                     // "expired" or "failed" in place of completed
	Done    int                        // requests that are done in a batch that expires or is canceled
	Errors  map[string]int             // status of a failed request, by what its custom id ends in after a dash
	Deny    int                        // so many uploads and creations are answered 429
	After   string                     // Retry-After of those
	Refuse  int                        // so many creations are answered 400
	Drop    int                        // so many creations are done, and their answer is lost
	Busy    int                        // so many lists of batches are answered 429
	Cut     int                        // so many downloads break off in the middle
	Omit    int                        // results that are missing in a download that ends well
	Unknown int                        // results of custom ids that nobody asked
	Twice   bool                       // each result comes twice
	Hold    func(what string)          // called at "upload", "uploaded", "create", "created" and "result"
	Check   func(body json.RawMessage) // called with each request's body
}

type file struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Bytes   int    `json:"bytes"`
	Name    string `json:"filename"`
	Purpose string `json:"purpose"`
	Created int64  `json:"created_at"`
	data    []byte
}

type request struct {
	CustomID string          `json:"custom_id"`
	Method   string          `json:"method"`
	URL      string          `json:"url"`
	Body     json.RawMessage `json:"body"`
	Params   json.RawMessage `json:"params"`
}

type batch struct {
	id, status, tag, input string
	anthropic, canceled    bool
	created                time.Time
	ended                  time.Time
	requests               []request
	polls                  int
	problem                string
	output, errors         string // file ids
	results                []byte // Anthropic's
	counts                 struct{ succeeded, failed, canceled, expired int }
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := &Server{files: map[string]*file{}}
	mux := http.NewServeMux()
	s.openai(mux)
	s.anthropic(mux)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	return s
}

// Set changes the faults.
func (s *Server) Set(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Counts tells how many files were uploaded and batches made.
func (s *Server) Counts() (uploads, batches int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.uploads, len(s.batches)
}

// Requests counts the requests of all batches by their custom id.
func (s *Server) Requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := map[string]int{}
	for _, b := range s.batches {
		for _, r := range b.requests {
			n[r.CustomID]++
		}
	}
	return n
}

// Sizes lists how many requests each batch has, the oldest first.
func (s *Server) Sizes() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n []int
	for _, b := range s.batches {
		n = append(n, len(b.requests))
	}
	return n
}

// Forget deletes all batches and files, as providers do after a month.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches, s.files = nil, map[string]*file{}
}

func (s *Server) id(prefix string) string {
	s.next++
	return fmt.Sprintf("%s%06d", prefix, s.next)
}

// hold calls the test's hook outside of the lock.
func (s *Server) hold(what string) {
	s.mu.Lock()
	f := s.faults.Hold
	s.mu.Unlock()
	if f != nil {
		f(what)
	}
}

// take uses up one of a number of faults.
func (s *Server) take(n *int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *n <= 0 {
		return false
	}
	*n--
	return true
}

func (s *Server) denied(w http.ResponseWriter, times *int) bool {
	if !s.take(times) {
		return false
	}
	if s.faults.After != "" {
		w.Header().Set("Retry-After", s.faults.After)
	}
	refuse(w, http.StatusTooManyRequests, "rate_limit_exceeded", "too many batches just now")
	return true
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	reply(w, status, map[string]any{"type": "error", "error": map[string]any{"type": code, "code": code, "message": message}})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
