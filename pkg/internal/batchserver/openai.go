package batchserver

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (s *Server) openai(mux *http.ServeMux) {
	auth := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+Key {
				refuse(w, http.StatusUnauthorized, "invalid_api_key", "Incorrect API key provided: "+r.Header.Get("Authorization"))
				return
			}
			h(w, r)
		}
	}
	mux.HandleFunc("POST /v1/files", auth(s.upload))
	mux.HandleFunc("GET /v1/files", auth(s.listFiles))
	mux.HandleFunc("GET /v1/files/{id}/content", auth(s.content))
	mux.HandleFunc("POST /v1/batches", auth(s.create))
	mux.HandleFunc("GET /v1/batches", auth(func(w http.ResponseWriter, r *http.Request) { s.list(w, r, false) }))
	mux.HandleFunc("GET /v1/batches/{id}", auth(func(w http.ResponseWriter, r *http.Request) { s.show(w, r, true) }))
	mux.HandleFunc("POST /v1/batches/{id}/cancel", auth(s.cancel))
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	s.hold("upload")
	if s.denied(w, &s.faults.Deny) {
		return
	}
	f, head, err := r.FormFile("file")
	if err != nil || r.FormValue("purpose") != "batch" || r.ContentLength <= 0 {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "no file, no length or no purpose")
		return
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.uploads++
	up := &file{ID: s.id("file-"), Object: "file", Bytes: len(data), Name: head.Filename, Purpose: "batch", Created: time.Now().Unix(), data: data}
	s.files[up.ID] = up
	s.mu.Unlock()
	s.hold("uploaded")
	reply(w, http.StatusOK, up)
}

func (s *Server) listFiles(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []*file{}
	for _, f := range s.files {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *file) int { return bytes.Compare([]byte(b.ID), []byte(a.ID)) })
	list, more := page(list, r.FormValue("after"), r.FormValue("limit"), func(f *file) string { return f.ID })
	reply(w, http.StatusOK, map[string]any{"object": "list", "data": list, "has_more": more})
}

// page cuts out what follows the item with an id.
func page[T any](list []T, after, limit string, id func(T) string) ([]T, bool) {
	if after != "" {
		i := slices.IndexFunc(list, func(v T) bool { return id(v) == after })
		list = list[i+1:]
	}
	n, err := strconv.Atoi(limit)
	if err != nil || n >= len(list) {
		return list, false
	}
	return list[:n], true
}

func (s *Server) content(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.files[r.PathValue("id")]
	s.mu.Unlock()
	if f == nil {
		refuse(w, http.StatusNotFound, "not_found", "No such File object")
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	s.send(w, f.data)
}

// send writes a file of results, to its end or only the half of it.
func (s *Server) send(w http.ResponseWriter, data []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data[:len(data)/2]) // the client may be gone
	if s.take(&s.faults.Cut) {
		panic(http.ErrAbortHandler)
	}
	_ = http.NewResponseController(w).Flush()
	s.hold("result")
	_, _ = w.Write(data[len(data)/2:])
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	s.hold("create")
	if s.denied(w, &s.faults.Deny) {
		return
	}
	if s.take(&s.faults.Refuse) {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "the batch is refused")
		return
	}
	var in struct {
		Input    string            `json:"input_file_id"`
		Endpoint string            `json:"endpoint"`
		Window   string            `json:"completion_window"`
		Metadata map[string]string `json:"metadata"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	s.mu.Lock()
	f := s.files[in.Input]
	if err != nil || f == nil || in.Endpoint != "/v1/chat/completions" || in.Window != "24h" {
		s.mu.Unlock()
		refuse(w, http.StatusBadRequest, "invalid_request_error", "no such file, endpoint or window")
		return
	}
	b := &batch{id: s.id("batch_"), status: "validating", tag: in.Metadata["llmops"], input: in.Input, created: time.Now()}
	b.requests, b.problem = parse(f.data)
	s.batches = append(s.batches, b)
	s.mu.Unlock()
	s.hold("created")
	s.answerCreate(w, b)
}

// answerCreate tells of a new batch, or lets the connection break before it does.
func (s *Server) answerCreate(w http.ResponseWriter, b *batch) {
	if s.take(&s.faults.Drop) {
		panic(http.ErrAbortHandler)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	reply(w, http.StatusOK, s.view(b))
}

// parse reads an uploaded file as the provider's validation does.
func parse(data []byte) (list []request, problem string) {
	seen, model := map[string]bool{}, ""
	for line := range bytes.Lines(data) {
		var r request
		var body struct{ Model string }
		err := json.Unmarshal(line, &r)
		if err == nil {
			err = json.Unmarshal(r.Body, &body)
		}
		switch {
		case err != nil || r.CustomID == "" || r.Method != "POST" || r.URL != "/v1/chat/completions":
			return nil, "invalid_json_line"
		case seen[r.CustomID]:
			return nil, "duplicate_custom_id"
		case body.Model == "" || model != "" && body.Model != model:
			return nil, "mismatched_model"
		}
		seen[r.CustomID], model = true, body.Model
		list = append(list, r)
	}
	if len(list) == 0 || len(list) > 50_000 || len(data) > 200<<20 {
		return nil, "invalid_file"
	}
	return list, ""
}
