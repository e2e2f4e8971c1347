package providertest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// framings are good answers in a form that the event stream's specification, or a careless server, allows.
func framings() []Fault {
	reframed := func(id string, change func(string) string) Fault {
		return Fault{ID: id, Play: func(w *Wire) {
			w.Head(http.StatusOK, "Content-Type: text/event-stream")
			w.Send(change(w.speech().all(Pieces()...)))
			w.End()
		}}
	}
	ends := func(with string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, "\n", with) }
	}
	long := func(id string, mebibytes int) Fault {
		return Fault{ID: id, Play: func(w *Wire) {
			w.Events()
			w.Send(w.speech().delta(Partial))
			before, after, _ := strings.Cut(w.speech().delta("#"), "#")
			w.Send(before)
			for range mebibytes {
				w.Send(strings.Repeat("x", 1<<20))
			}
			w.Send(after)
			w.Send(w.speech().finish("stop") + w.speech().closing())
			w.End()
		}}
	}
	return []Fault{
		long("line-1MiB", 1),
		long("line-40MiB", 40),
		reframed("crlf", ends("\r\n")),
		reframed("bare-cr", ends("\r")),
		reframed("bom", func(s string) string { return "\ufeff" + s }),
		{ID: "bom", Variant: "one-piece", Only: true, Play: func(w *Wire) {
			w.Full(http.StatusOK, "\ufeff"+w.speech().whole(), "Content-Type: application/json")
		}},
		reframed("multi-line-data", func(s string) string {
			return strings.ReplaceAll(s, "data: {", "data: {\ndata: ")
		}),
		reframed("comments-500", func(s string) string {
			return strings.Repeat(": ping\n", 500) + strings.Replace(s, "\n\n", "\n\n"+strings.Repeat(": ping\n\n", 500), 1)
		}),
		{ID: "utf8-split", Play: func(w *Wire) {
			w.Head(http.StatusOK, "Content-Type: text/event-stream")
			for _, b := range []byte(w.speech().all(Pieces()...)) {
				w.Send(string([]byte{b}))
				if b >= 0x80 {
					time.Sleep(time.Millisecond) // so that the halves of a rune arrive apart
				}
			}
			w.End()
		}},
	}
}

// hostilities are servers, and things between, that harm whoever trusts them.
func hostilities() []Fault {
	return []Fault{
		{ID: "slow-loris", Play: func(w *Wire) { w.Half(); w.Hang() }},
		{ID: "slow-loris", Variant: "mid-event", Play: func(w *Wire) { w.Half(); w.Send("data: {"); w.Hang() }},
		{ID: "slow-loris", Variant: "no-headers", OnePiece: true, Play: func(w *Wire) { w.Hang() }},
		{ID: "slow-loris", Variant: "dripping", Play: func(w *Wire) {
			w.Half()
			for !w.closed && w.drip() {
				time.Sleep(5 * time.Millisecond)
			}
		}},
		{ID: "gzip-bomb", OnePiece: true, Play: func(w *Wire) {
			label := "Content-Type: application/json"
			if w.Stream {
				label = "Content-Type: text/event-stream"
			}
			w.Full(http.StatusOK, bomb(w.Stream), label, "Content-Encoding: gzip")
		}},
		{ID: "redirect-cross-host", OnePiece: true, Play: func(w *Wire) {
			w.Full(http.StatusTemporaryRedirect, "", "Location: "+w.Elsewhere+"/v1/steal?key=in-the-path")
		}},
		{ID: "redirect-cross-host", Variant: "same-host", OnePiece: true, Play: func(w *Wire) {
			w.Full(http.StatusPermanentRedirect, "", "Location: /v2/chat/completions")
		}},
	}
}

// drip sends a comment and tells whether it could.
func (w *Wire) drip() bool {
	select {
	case <-w.stop:
		return false
	default:
	}
	_, err := fmt.Fprintf(w.conn, "4\r\n: .\n\r\n")
	return err == nil
}

// bomb is 300 MiB of blank space that compress to a thousandth, in what would be a comment or a document.
// It is one gzip member many times over, which is as valid as a single one and sooner made.
func bomb(stream bool) string {
	space := bytes.Repeat([]byte(" "), 1<<20)
	start := "{"
	if stream {
		start, space[0], space[len(space)-1] = "", ':', '\n'
	}
	return zipped([]byte(start)) + strings.Repeat(zipped(space), 300)
}

func zipped(data []byte) string {
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	_, _ = zw.Write(data)
	_ = zw.Close() // a bytes.Buffer does not fail
	return b.String()
}

// stream sends pieces as events, after the head if it has not been sent.
func (w *Wire) stream(pieces ...string) {
	if !w.begun {
		w.Events()
	}
	for _, p := range pieces {
		w.Send(w.speech().delta(p))
	}
}

// either sends a document as an answer in one piece or as the only event of a stream.
func (w *Wire) either(of doc) {
	if w.Stream {
		w.Full(http.StatusOK, w.speech().event(of), "Content-Type: text/event-stream")
		return
	}
	w.Full(http.StatusOK, document(of), "Content-Type: application/json; charset=UTF-8")
}
