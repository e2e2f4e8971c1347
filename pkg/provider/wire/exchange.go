package wire

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"time"
)

// exchange is one request and its answer: what was asked, what may not show in an error, and the three
// timers. Only one goroutine reads the body at a time.
type exchange struct {
	*transport
	request  *http.Request
	response *http.Response // nil until the headers came
	raw      io.ReadCloser  // the body as it comes from the socket
	stream   bool           // a stream was asked for
	lines    bool           // a file of lines was asked for
	secrets  []string       // values of the request's headers that an error must not repeat

	ctx       context.Context
	parent    context.Context
	cancel    context.CancelCauseFunc
	total     *time.Timer
	firstByte *time.Timer
	idle      *time.Timer
	patience  time.Duration // how long idle waits
}

// What a timer cancels the exchange with.
var (
	errFirstByte = errors.New("no answer")
	errIdle      = errors.New("the answer stopped")
	errTotal     = errors.New("the answer took too long")
	errDrained   = errors.New("the answer is read")
)

func (t *transport) begin(req *http.Request) *exchange {
	x := &exchange{transport: t, parent: req.Context(), lines: asksForLines(req), secrets: secretsOf(req), patience: t.Idle}
	x.stream = !x.lines && asksForStream(req)
	x.ctx, x.cancel = context.WithCancelCause(x.parent)
	after := func(d time.Duration, cause error) *time.Timer {
		return time.AfterFunc(d, func() { x.cancel(cause) })
	}
	x.total = after(t.Total, errTotal)
	x.firstByte = after(t.FirstByte, errFirstByte)
	// It runs only while a Read waits, as a slow reader of ours is no idle server. Made with t.Idle it could
	// end before Stop is reached, on a busy machine.
	x.idle = after(math.MaxInt64, errIdle)
	x.idle.Stop()

	x.request = req.Clone(x.ctx)
	// A compressed stream comes in lumps, so compression is for answers in one piece.
	x.request.Header.Set("Accept-Encoding", "gzip")
	if x.stream {
		x.request.Header.Set("Accept-Encoding", "identity")
	}
	return x
}

// Read reads from the socket under the timers.
func (x *exchange) Read(p []byte) (int, error) {
	x.idle.Reset(x.patience)
	n, err := x.raw.Read(p)
	x.idle.Stop()
	if n > 0 {
		x.firstByte.Stop()
	}
	return n, err
}

// end closes everything and hands err on.
func (x *exchange) end(err error) error {
	if x.raw != nil {
		x.raw.Close()
	}
	x.release(context.Canceled)
	return err
}

func (x *exchange) release(cause error) {
	x.total.Stop()
	x.firstByte.Stop()
	x.idle.Stop()
	x.cancel(cause)
}

// secretsOf lists the header values, and the key in a query, that an answer might repeat. Those that
// are no secret are known by name, so that a header of the user's own counts as one.
func secretsOf(req *http.Request) []string {
	var found []string
	for name, values := range req.Header {
		switch name {
		case "Accept", "Content-Type", "User-Agent", "Cache-Control", "Connection", "Anthropic-Version", "Anthropic-Beta", "X-App":
			continue
		}
		if strings.HasPrefix(name, "X-Stainless-") {
			continue
		}
		for _, v := range values {
			found = appendSecret(found, v)
		}
	}
	if req.URL.RawQuery != "" {
		for name, values := range req.URL.Query() {
			if strings.Contains(strings.ToLower(name), "key") || strings.Contains(strings.ToLower(name), "token") {
				found = appendSecret(found, values[0])
			}
		}
	}
	return found
}

func appendSecret(found []string, value string) []string {
	for _, prefix := range []string{"Bearer ", "Basic "} {
		value = strings.TrimPrefix(value, prefix)
	}
	if len(value) < 6 {
		return found
	}
	return append(found, value)
}
