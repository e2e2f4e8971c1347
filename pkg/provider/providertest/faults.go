package providertest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fault is one way in which a server or something before it misbehaves. Several faults may share an ID:
// they are the variants of one behaviour that clients must have.
type Fault struct {
	ID       string
	Variant  string    // "" when there is one only
	Dialects []Dialect // who can have it; nil: all
	// OnePiece says that the fault also strikes an answer that is not streamed, Only that it strikes no other.
	OnePiece, Only bool
	// Play answers one request.
	Play func(*Wire)
}

// Name is the ID and the variant.
func (f Fault) Name() string {
	if f.Variant == "" {
		return f.ID
	}
	return f.ID + "/" + f.Variant
}

// Has tells whether servers of a dialect can have the fault.
func (f Fault) Has(d Dialect) bool { return f.Dialects == nil || slices.Contains(f.Dialects, d) }

// Faults lists the faults, each with what it puts on the wire.
func Faults() []Fault {
	return slices.Concat(truncations(), streamErrors(), contentFaults(), refusals(), wrongBodies(), framings(), hostilities())
}

// truncations end an answer too soon, or seem to.
func truncations() []Fault {
	onlyOpenAI := []Dialect{OpenAI}
	return []Fault{
		{ID: "truncated-clean-eof", Play: func(w *Wire) { w.Half(); w.End() }},
		{ID: "truncated-clean-eof", Variant: "connection-close", Play: func(w *Wire) {
			w.Head(200, "Content-Type: text/event-stream", "Connection: close")
			w.Send(w.speech().opening(w.speech().usage()) + w.speech().delta(Partial))
		}},
		{ID: "truncated-clean-eof", Variant: "one-piece", Only: true, Play: func(w *Wire) {
			whole := w.speech().whole()
			w.Head(200, "Content-Type: application/json", "Connection: close")
			w.Send(whole[:len(whole)/2])
		}},
		{ID: "truncated-clean-eof", Variant: "content-length", Only: true, Play: func(w *Wire) {
			whole := w.speech().whole()
			w.Head(200, "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(whole)))
			w.Send(whole[:len(whole)/2])
			w.Drop()
		}},
		{ID: "truncated-mid-event", Play: func(w *Wire) {
			w.Half()
			next := w.speech().delta("lost")
			w.Send(next[:len(next)-12])
			w.End()
		}},
		{ID: "truncated-mid-event", Variant: "unfinished-chunk", Play: func(w *Wire) {
			w.Half()
			fmt.Fprintf(w.conn, "400\r\ndata: {")
			w.Drop()
		}},
		{ID: "rst-mid-stream", Play: func(w *Wire) { w.Half(); w.pause(); w.Reset() }},
		{ID: "no-done-but-finish", Dialects: onlyOpenAI, Play: func(w *Wire) {
			w.stream(Pieces()...)
			w.Send(w.speech().finish("stop"))
			w.End()
		}},
		{ID: "no-done-but-finish", Variant: "rst-after-finish", Dialects: onlyOpenAI, Play: func(w *Wire) {
			w.stream(Pieces()...)
			w.Send(w.speech().finish("stop"))
			w.pause()
			w.Reset()
		}},
		{ID: "done-then-linger", Dialects: onlyOpenAI, Play: func(w *Wire) {
			w.stream(Pieces()...)
			w.Send(w.speech().finish("stop") + w.speech().closing())
			w.Hang()
		}},
		{ID: "done-then-linger", Variant: "tail-after-a-while", Dialects: onlyOpenAI, Play: func(w *Wire) {
			w.stream(Pieces()...)
			w.Send(w.speech().finish("stop") + w.speech().closing())
			w.pause()
			w.Send(": bye\n\n")
			w.End()
		}},
	}
}

// streamErrors are failures that a server reports after it has said 200.
func streamErrors() []Fault {
	report := func(w *Wire, event string) { w.Half(); w.Send(event); w.End() }
	return []Fault{
		{ID: "error-data", Play: func(w *Wire) {
			report(w, "data: "+w.speech().failure(500, generalCode(w.Dialect), "the server had an error")+"\n\n")
		}},
		{ID: "error-data", Variant: "spaces", Dialects: []Dialect{OpenAI}, Play: func(w *Wire) {
			report(w, `data: { "error": { "type": "server_error", "message": "the server had an error" } }`+"\n\n")
		}},
		{ID: "error-data", Variant: "fatal", Play: func(w *Wire) {
			code := map[Dialect]string{OpenAI: "invalid_request_error", Anthropic: "invalid_request_error", Gemini: "invalid_argument"}
			report(w, "data: "+w.speech().failure(400, code[w.Dialect], "no such parameter")+"\n\n")
		}},
		{ID: "error-data", Variant: "first", Play: func(w *Wire) {
			w.Events()
			w.Send("data: " + w.speech().failure(500, generalCode(w.Dialect), "the server had an error") + "\n\n")
			w.End()
		}},
		{ID: "error-event-no-wrapper", Play: func(w *Wire) {
			report(w, "event: error\ndata: {\"message\": \"the model crashed\"}\n\n")
		}},
		{ID: "error-event-no-wrapper", Variant: "no-event-name", Dialects: []Dialect{OpenAI}, Play: func(w *Wire) {
			report(w, "data: {\"message\": \"the model crashed\"}\n\n")
		}},
		{ID: "error-event-no-wrapper", Variant: "plain-text", Play: func(w *Wire) {
			report(w, "event: error\ndata: the model crashed\n\n")
		}},
		{ID: "anthropic-overloaded-event", Dialects: []Dialect{Anthropic}, Play: func(w *Wire) {
			w.Head(200, "Content-Type: text/event-stream")
			w.Send("event: error\ndata: " + w.speech().failure(529, "overloaded_error", "Overloaded") + "\n\n")
			w.End()
		}},
		{ID: "anthropic-overloaded-event", Variant: "after-content", Dialects: []Dialect{Anthropic}, Play: func(w *Wire) {
			report(w, "event: error\ndata: "+w.speech().failure(529, "overloaded_error", "Overloaded")+"\n\n")
		}},
		{ID: "malformed-chunk", Play: func(w *Wire) {
			report(w, "data: {\"choices\": [{\"delta\": oops "+w.Key+"\n\n")
		}},
	}
}

// contentFaults are unusual answers: they are complete, or say why they are not.
func contentFaults() []Fault {
	geminiEnd := func(reason string) Fault {
		return Fault{ID: "gemini-no-content", Variant: reason, Dialects: []Dialect{Gemini}, OnePiece: true, Play: func(w *Wire) {
			w.either(doc{"candidates": []any{doc{"index": 0, "finishReason": reason}}, "usageMetadata": doc{"promptTokenCount": InputTokens}})
		}}
	}
	withID := func(id string) func(w *Wire) {
		return func(w *Wire) {
			w.Head(200, "Content-Type: text/event-stream")
			s := w.speech().all(Pieces()...)
			for _, own := range []string{"chatcmpl-1", "msg_1", "r1"} {
				s = strings.ReplaceAll(s, `"`+own+`"`, `"`+id+`"`)
			}
			w.Send(s)
			w.End()
		}
	}
	return []Fault{
		{ID: "empty-choices", Dialects: []Dialect{OpenAI}, Play: func(w *Wire) {
			w.Events()
			w.Send(w.speech().event(doc{"id": "", "object": "", "model": "", "choices": []any{}, "prompt_filter_results": []any{doc{"prompt_index": 0}}}))
			w.stream(Pieces()...)
			w.Send(w.speech().finish("stop") + w.speech().closing())
			w.End()
		}},
		{ID: "usage-missing", Play: func(w *Wire) {
			w.Head(200, "Content-Type: text/event-stream")
			w.Send(w.speech().opening(nil))
			w.stream(Pieces()...)
			w.Send(w.speech().withoutUsage())
			w.End()
		}},
		geminiEnd("MALFORMED_FUNCTION_CALL"),
		geminiEnd("NO_IMAGE"),
		geminiEnd("MAX_TOKENS"),
		{ID: "gemini-blocked-prompt", Dialects: []Dialect{Gemini}, OnePiece: true, Play: func(w *Wire) {
			w.either(doc{"promptFeedback": doc{"blockReason": "SAFETY"}, "usageMetadata": doc{"promptTokenCount": InputTokens}})
		}},
		{ID: "content-filter", Play: func(w *Wire) {
			w.Half()
			w.Send(w.speech().finish("content_filter") + w.speech().closing())
			w.End()
		}},
		{ID: "dup-or-empty-ids", Variant: "same", Play: withID("same")},
		{ID: "dup-or-empty-ids", Variant: "empty", Play: withID("")},
	}
}

// wrongBodies are answers with status 200 that are none.
func wrongBodies() []Fault {
	const page = "<!DOCTYPE html><html><head><title>Sign in \x1b[31mto the proxy</title></head><body>" +
		"<script>location='/login'</script><form>Name</form></body></html>"
	return []Fault{
		{ID: "503-html", OnePiece: true, Play: func(w *Wire) {
			w.Full(503, "<html><head><title>503 Service Temporarily Unavailable</title></head><body>"+
				strings.Repeat("<p>\x1b]0;owned\x07 nginx</p>", 400)+"</body></html>", "Content-Type: text/html")
		}},
		{ID: "200-html", OnePiece: true, Play: func(w *Wire) { w.Full(200, page, "Content-Type: text/html; charset=utf-8") }},
		{ID: "200-html", Variant: "labelled-event-stream", OnePiece: true, Play: func(w *Wire) {
			w.Full(200, page, "Content-Type: text/event-stream")
		}},
		{ID: "200-json-error", OnePiece: true, Play: func(w *Wire) {
			w.Full(200, w.speech().failure(500, generalCode(w.Dialect), "the server had an error"),
				"Content-Type: application/json")
		}},
		{ID: "200-json-error", Variant: "labelled-event-stream", OnePiece: true, Play: func(w *Wire) {
			w.Full(200, `{"error": {"message": "the server had an error", "type": "server_error"}}`, "Content-Type: text/event-stream")
		}},
		{ID: "200-json-error", Variant: "answer-in-one-piece", Play: func(w *Wire) {
			w.Full(200, w.speech().whole(), "Content-Type: application/json")
		}},
		{ID: "200-empty", OnePiece: true, Play: func(w *Wire) { w.Full(200, "", "Content-Type: text/event-stream") }},
		{ID: "200-empty", Variant: "comments", Play: func(w *Wire) {
			w.Head(200, "Content-Type: text/event-stream")
			w.Send(": nothing to say\n\n")
			w.End()
		}},
		{ID: "200-empty", Variant: "only-done", Dialects: []Dialect{OpenAI}, Play: func(w *Wire) {
			w.Head(200, "Content-Type: text/event-stream")
			w.Send("data: [DONE]\n\n")
			w.End()
		}},
	}
}

// generalCode is the word for an error of the server's own.
func generalCode(d Dialect) string {
	return map[Dialect]string{OpenAI: "server_error", Anthropic: "api_error", Gemini: "internal"}[d]
}

// pause lets what was sent arrive before what follows. Nothing depends on its length but how likely it is
// that a client sees the two apart.
func (w *Wire) pause() { time.Sleep(20 * time.Millisecond) }
