package batchserver

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"time"
)

func (s *Server) anthropic(mux *http.ServeMux) {
	auth := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Api-Key") != Key || r.Header.Get("Anthropic-Version") == "" {
				refuse(w, http.StatusUnauthorized, "authentication_error", "invalid x-api-key")
				return
			}
			h(w, r)
		}
	}
	mux.HandleFunc("POST /v1/messages/batches", auth(s.createMessages))
	mux.HandleFunc("GET /v1/messages/batches", auth(func(w http.ResponseWriter, r *http.Request) { s.list(w, r, true) }))
	mux.HandleFunc("GET /v1/messages/batches/{id}", auth(func(w http.ResponseWriter, r *http.Request) { s.show(w, r, true) }))
	mux.HandleFunc("GET /v1/messages/batches/{id}/results", auth(s.messageResults))
	mux.HandleFunc("POST /v1/messages/batches/{id}/cancel", auth(s.cancel))
}

func (s *Server) createMessages(w http.ResponseWriter, r *http.Request) {
	s.hold("create")
	if s.denied(w, &s.faults.Deny) {
		return
	}
	if s.take(&s.faults.Refuse) {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "the batch is refused")
		return
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var in struct {
		Requests []request `json:"requests"`
	}
	if err := json.Unmarshal(data, &in); err != nil || len(in.Requests) == 0 || len(in.Requests) > 100_000 || len(data) > 256<<20 {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "no list of requests, or too many")
		return
	}
	if problem := checkMessages(in.Requests); problem != "" {
		refuse(w, http.StatusBadRequest, "invalid_request_error", problem)
		return
	}
	s.mu.Lock()
	b := &batch{id: s.id("msgbatch_"), status: "in_progress", anthropic: true, created: time.Now(), requests: in.Requests}
	s.batches = append(s.batches, b)
	s.mu.Unlock()
	s.hold("created")
	s.answerCreate(w, b)
}

func checkMessages(list []request) string {
	plain := regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	seen := map[string]bool{}
	for i := range list {
		var p struct {
			Model     string            `json:"model"`
			MaxTokens int               `json:"max_tokens"`
			Messages  []json.RawMessage `json:"messages"`
			Stream    bool              `json:"stream"`
		}
		r := &list[i]
		switch err := json.Unmarshal(r.Params, &p); {
		case err != nil || p.Model == "" || p.MaxTokens <= 0 || len(p.Messages) == 0 || p.Stream:
			return "params: a field is missing or not allowed"
		case !plain.MatchString(r.CustomID):
			return "custom_id: String should match pattern"
		case seen[r.CustomID]:
			return "custom_id: not unique"
		}
		seen[r.CustomID], r.Body = true, r.Params
	}
	return ""
}

func (s *Server) messageResults(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.find(r.PathValue("id"))
	s.mu.Unlock()
	if b == nil || b.ended.IsZero() {
		refuse(w, http.StatusNotFound, "not_found_error", "no results")
		return
	}
	w.Header().Set("Content-Type", "application/x-jsonl")
	s.send(w, b.results)
}
