package batchserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func (s *Server) find(id string) *batch {
	for _, b := range s.batches {
		if b.id == id {
			return b
		}
	}
	return nil
}

func (s *Server) show(w http.ResponseWriter, r *http.Request, advance bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.find(r.PathValue("id"))
	if b == nil {
		refuse(w, http.StatusNotFound, "not_found_error", "No batch found")
		return
	}
	if advance {
		s.advance(b)
	}
	reply(w, http.StatusOK, s.view(b))
}

func (s *Server) list(w http.ResponseWriter, r *http.Request, anthropic bool) {
	if s.denied(w, &s.faults.Busy) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []*batch{}
	for _, b := range slices.Backward(s.batches) {
		if b.anthropic == anthropic {
			list = append(list, b)
		}
	}
	after := r.FormValue("after") + r.FormValue("after_id")
	list, more := page(list, after, r.FormValue("limit"), func(b *batch) string { return b.id })
	views, last := []any{}, ""
	for _, b := range list {
		views, last = append(views, s.view(b)), b.id
	}
	reply(w, http.StatusOK, map[string]any{"object": "list", "data": views, "has_more": more, "last_id": last})
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.find(r.PathValue("id"))
	switch {
	case b == nil:
		refuse(w, http.StatusNotFound, "not_found_error", "No batch found")
		return
	case !b.ended.IsZero():
		refuse(w, http.StatusConflict, "invalid_request_error", "the batch has ended")
		return
	}
	b.canceled, b.status = true, "cancelling"
	if b.anthropic {
		b.status = "canceling"
	}
	reply(w, http.StatusOK, s.view(b))
}

// advance lets a batch live a little.
func (s *Server) advance(b *batch) {
	b.polls++
	switch {
	case !b.ended.IsZero():
	case b.problem != "":
		b.status, b.ended = "failed", time.Now()
	case s.faults.End == "failed" && !b.anthropic:
		b.status, b.ended, b.problem = "failed", time.Now(), "token_limit_exceeded"
	case b.canceled:
		s.end(b, "cancelled", s.faults.Done)
	case s.faults.Stall || b.polls < s.faults.Polls:
		if !b.anthropic {
			b.status = []string{"validating", "in_progress", "finalizing"}[min(b.polls, 2)]
		}
	case s.faults.End == "expired":
		s.end(b, "expired", s.faults.Done)
	default:
		s.end(b, "completed", len(b.requests))
	}
}

// end answers the first done requests and writes the results, in the opposite order.
func (s *Server) end(b *batch, status string, done int) {
	b.status, b.ended = status, time.Now()
	if b.anthropic {
		b.status = "ended"
	}
	var good, bad bytes.Buffer
	for i, r := range slices.Backward(b.requests) {
		s.finish(b, r, i < done, status, &good, &bad)
	}
	for i := range s.faults.Unknown {
		id := fmt.Sprintf("stranger-%d", i)
		fmt.Fprintf(&good, "%s\n", s.succeeded(b, request{CustomID: id, Body: json.RawMessage(`{"model":"m","messages":[]}`)}))
	}
	if s.faults.Twice {
		good.Write(bytes.Clone(good.Bytes()))
	}
	out := good.Bytes()
	for range s.faults.Omit {
		_, out, _ = bytes.Cut(out, []byte("\n"))
	}
	if b.anthropic {
		b.results = append(out, bad.Bytes()...)
		return
	}
	b.output, b.errors = s.keep(out), s.keep(bad.Bytes())
}

func (s *Server) keep(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	f := &file{ID: s.id("file-"), Object: "file", Purpose: "batch_output", Bytes: len(data), data: data}
	s.files[f.ID] = f
	return f.ID
}

func (s *Server) finish(b *batch, r request, done bool, status string, good, bad *bytes.Buffer) {
	if s.faults.Check != nil {
		s.faults.Check(r.Body)
	}
	_, own, _ := strings.Cut(r.CustomID, "-")
	code := s.faults.Errors[own]
	switch {
	case !done && b.anthropic && status == "expired":
		b.counts.expired++
		fmt.Fprintf(bad, `{"custom_id":%q,"result":{"type":"expired"}}`+"\n", r.CustomID)
	case !done && b.anthropic:
		b.counts.canceled++
		fmt.Fprintf(bad, `{"custom_id":%q,"result":{"type":"canceled"}}`+"\n", r.CustomID)
	case !done && status == "expired":
		b.counts.failed++
		fmt.Fprintf(bad, `{"id":"batch_req_1","custom_id":%q,"response":null,"error":{"code":"batch_expired","message":"This request could not be executed before the completion window expired."}}`+"\n", r.CustomID)
	case !done: // OpenAI says nothing of what was canceled
	case code != 0 && b.anthropic:
		b.counts.failed++
		fmt.Fprintf(bad, `{"custom_id":%q,"result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long"}}}}`+"\n", r.CustomID)
	case code != 0:
		b.counts.failed++
		fmt.Fprintf(bad, `{"id":"batch_req_1","custom_id":%q,"response":{"status_code":%d,"request_id":"r","body":{"error":{"message":"the request is refused","type":"invalid_request_error","code":null}}},"error":null}`+"\n", r.CustomID, code)
	default:
		b.counts.succeeded++
		fmt.Fprintf(good, "%s\n", s.succeeded(b, r))
	}
}

// view is a batch as the API shows it.
func (s *Server) view(b *batch) map[string]any {
	c := b.counts
	if b.anthropic {
		v := map[string]any{
			"id": b.id, "type": "message_batch", "processing_status": b.status, "created_at": b.created, "ended_at": nil,
			"expires_at": b.created.Add(24 * time.Hour), "results_url": nil, "cancel_initiated_at": nil,
			"request_counts": map[string]int{
				"processing": len(b.requests) - c.succeeded - c.failed - c.canceled - c.expired,
				"succeeded":  c.succeeded, "errored": c.failed, "canceled": c.canceled, "expired": c.expired,
			},
		}
		if b.canceled {
			v["cancel_initiated_at"] = b.created
		}
		if !b.ended.IsZero() {
			v["ended_at"], v["results_url"] = b.ended, "http://results.invalid/"+b.id
		}
		return v
	}
	v := map[string]any{
		"id": b.id, "object": "batch", "endpoint": "/v1/chat/completions", "errors": nil, "input_file_id": b.input,
		"completion_window": "24h", "status": b.status, "created_at": b.created.Unix(), "output_file_id": nil, "error_file_id": nil,
		"request_counts": map[string]int{"total": len(b.requests), "completed": c.succeeded, "failed": c.failed},
		"metadata":       map[string]string{"llmops": b.tag}, "expires_at": b.created.Add(24 * time.Hour).Unix(),
	}
	if b.problem != "" && !b.ended.IsZero() {
		v["errors"] = map[string]any{"object": "list", "data": []any{map[string]any{"code": b.problem, "message": "the file is refused", "line": 1}}}
	}
	if !b.ended.IsZero() {
		v[map[string]string{"completed": "completed_at", "failed": "failed_at", "expired": "expired_at", "cancelled": "cancelled_at"}[b.status]] = b.ended.Unix()
	}
	if b.output != "" {
		v["output_file_id"] = b.output
	}
	if b.errors != "" {
		v["error_file_id"] = b.errors
	}
	return v
}

// succeeded is the result of a request that echoes its last message.
func (s *Server) succeeded(b *batch, r request) []byte {
	var in struct {
		Model    string `json:"model"`
		Messages []struct {
			Content any `json:"content"`
		} `json:"messages"`
	}
	_ = json.Unmarshal(r.Body, &in) // it was parsed before
	text := "nothing"
	if n := len(in.Messages); n > 0 {
		text = fmt.Sprint(in.Messages[n-1].Content)
		if blocks, ok := in.Messages[n-1].Content.([]any); ok && len(blocks) > 0 {
			text = fmt.Sprint(blocks[0].(map[string]any)["text"])
		}
	}
	var line any
	if b.anthropic {
		line = map[string]any{"custom_id": r.CustomID, "result": map[string]any{"type": "succeeded", "message": map[string]any{
			"id": "msg_" + r.CustomID, "type": "message", "role": "assistant", "model": in.Model, "stop_reason": "end_turn",
			"content": []any{map[string]any{"type": "text", "text": "echo: " + text}},
			"usage":   map[string]int{"input_tokens": 1000, "output_tokens": 100},
		}}}
	} else {
		line = map[string]any{"id": "batch_req_" + r.CustomID, "custom_id": r.CustomID, "error": nil, "response": map[string]any{
			"status_code": 200, "request_id": "req", "body": map[string]any{
				"id": "chatcmpl-1", "object": "chat.completion", "model": in.Model,
				"choices": []any{map[string]any{"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": "echo: " + text}}},
				"usage":   map[string]int{"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
			},
		}}
	}
	out, _ := json.Marshal(line) // it always has a JSON form
	return out
}
