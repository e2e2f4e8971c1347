package providertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Dialect names the wire format of a provider.
type Dialect string

// The three formats. OpenAI's is also that of every compatible server.
const (
	OpenAI    Dialect = "openai"
	Anthropic Dialect = "anthropic"
	Gemini    Dialect = "gemini"
)

// Dialects lists all three.
func Dialects() []Dialect { return []Dialect{OpenAI, Anthropic, Gemini} }

// Answer is the text of every answer that comes through whole, Pieces the deltas it is sent in, and Partial
// what has been sent when a fault strikes in the middle.
const (
	Answer  = "Merhaba dünya, çok güzel 🎉!"
	Partial = "Merhaba dünya,"
)

// Pieces are the deltas of Answer.
func Pieces() []string { return []string{"Merhaba", " dünya,", " çok güzel", " 🎉!"} }

// The usage of every answer that tells it.
const (
	InputTokens  = 11
	OutputTokens = 7
)

// speech words what a server of a dialect sends.
type speech Dialect

func dialectOf(r *http.Request) Dialect {
	switch {
	case strings.HasSuffix(r.URL.Path, "/messages"):
		return Anthropic
	case strings.Contains(r.URL.Path, "GenerateContent"), strings.Contains(r.URL.Path, "generateContent"):
		return Gemini
	}
	return OpenAI
}

// doc makes JSON of pairs; a value that is JSON text already is a json.RawMessage.
type doc = map[string]any

func document(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // only maps, slices, strings and numbers come here
	return strings.TrimSuffix(b.String(), "\n")
}

// event frames a document, under its type where the dialect names events.
func (d speech) event(of doc) string {
	data := "data: " + document(of) + "\n\n"
	if name, ok := of["type"].(string); ok && d == speech(Anthropic) {
		return "event: " + name + "\n" + data
	}
	return data
}

// opening is what comes before the first delta; usage is nil for a server that does not tell it.
func (d speech) opening(usage any) string {
	if d != speech(Anthropic) {
		return ""
	}
	message := doc{
		"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []any{}, "usage": usage,
	}
	return d.event(doc{"type": "message_start", "message": message}) +
		d.event(doc{"type": "content_block_start", "index": 0, "content_block": doc{"type": "text", "text": ""}})
}

func (d speech) delta(s string) string {
	switch d {
	case speech(Anthropic):
		return d.event(doc{"type": "content_block_delta", "index": 0, "delta": doc{"type": "text_delta", "text": s}})
	case speech(Gemini):
		return d.event(doc{"responseId": "r1", "modelVersion": "m", "candidates": []any{candidate(s, "")}})
	}
	return d.event(d.chunk(doc{"content": s}, nil))
}

func candidate(s, reason string) doc {
	c := doc{"index": 0, "content": doc{"role": "model", "parts": []any{doc{"text": s}}}}
	if reason != "" {
		c["finishReason"] = reason
	}
	return c
}

func (d speech) chunk(delta doc, reason any) doc {
	return doc{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "m",
		"choices": []any{doc{"index": 0, "delta": delta, "finish_reason": reason}},
	}
}

// finish is the event with the reason why the answer ends, in OpenAI's words: stop or content_filter.
func (d speech) finish(reason string) string {
	switch d {
	case speech(Anthropic):
		reason = map[string]string{"stop": "end_turn", "content_filter": "refusal"}[reason]
		return d.event(doc{"type": "content_block_stop", "index": 0}) + d.event(doc{
			"type": "message_delta", "delta": doc{"stop_reason": reason}, "usage": doc{"output_tokens": OutputTokens},
		})
	case speech(Gemini):
		reason = map[string]string{"stop": "STOP", "content_filter": "SAFETY"}[reason]
		return d.event(doc{"candidates": []any{candidate("", reason)}, "usageMetadata": d.usage()})
	}
	return d.event(d.chunk(doc{}, reason))
}

func (d speech) usage() doc {
	switch d {
	case speech(Anthropic):
		return doc{"input_tokens": InputTokens, "output_tokens": OutputTokens}
	case speech(Gemini):
		return doc{"promptTokenCount": InputTokens, "candidatesTokenCount": OutputTokens, "totalTokenCount": InputTokens + OutputTokens}
	}
	return doc{"prompt_tokens": InputTokens, "completion_tokens": OutputTokens, "total_tokens": InputTokens + OutputTokens}
}

// closing is what follows the finish: OpenAI's usage and [DONE], Anthropic's message_stop.
func (d speech) closing() string {
	switch d {
	case speech(Anthropic):
		return d.event(doc{"type": "message_stop"})
	case speech(Gemini):
		return ""
	}
	last := d.chunk(doc{}, nil)
	last["choices"], last["usage"] = []any{}, d.usage()
	return d.event(last) + "data: [DONE]\n\n"
}

// whole is the answer in one piece.
func (d speech) whole() string {
	switch d {
	case speech(Anthropic):
		return document(doc{
			"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
			"content": []any{doc{"type": "text", "text": Answer}}, "usage": d.usage(),
		})
	case speech(Gemini):
		return document(doc{"responseId": "r1", "modelVersion": "m", "candidates": []any{candidate(Answer, "STOP")}, "usageMetadata": d.usage()})
	}
	return document(doc{
		"id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "m", "usage": d.usage(),
		"choices": []any{doc{"index": 0, "finish_reason": "stop", "message": doc{"role": "assistant", "content": Answer}}},
	})
}

// failure is the body of an error, with the code that the dialect has for it.
func (d speech) failure(status int, code, message string) string {
	switch d {
	case speech(Anthropic):
		return document(doc{"type": "error", "error": doc{"type": code, "message": message}, "request_id": "req_1"})
	case speech(Gemini):
		return document(doc{"error": doc{"code": status, "status": strings.ToUpper(code), "message": message}})
	}
	return document(doc{"error": doc{"type": code, "code": code, "message": message, "param": nil}})
}

// all is a whole good stream.
func (d speech) all(pieces ...string) string {
	var b strings.Builder
	b.WriteString(d.opening(d.usage()))
	for _, p := range pieces {
		b.WriteString(d.delta(p))
	}
	fmt.Fprint(&b, d.finish("stop"), d.closing())
	return b.String()
}

// withoutUsage ends a stream without a word about usage.
func (d speech) withoutUsage() string {
	switch d {
	case speech(Anthropic):
		return d.event(doc{"type": "content_block_stop", "index": 0}) +
			d.event(doc{"type": "message_delta", "delta": doc{"stop_reason": "end_turn"}}) + d.closing()
	case speech(Gemini):
		return d.event(doc{"candidates": []any{candidate("", "STOP")}})
	}
	return d.finish("stop") + "data: [DONE]\n\n"
}
