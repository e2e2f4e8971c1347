package batch_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/internal/delay"
)

const chatAnswer = `{"id":"1","object":"chat.completion","created":1,"model":"echo-1","choices":[{"index":0,"finish_reason":"stop",` +
	`"message":{"role":"assistant","content":"an answer of some words"}}],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}`

// lean is a server that speaks as much HTTP as a benchmark needs, so that nearly all of the processor's time
// is the client's.
type lean struct {
	URL   string
	line  *delay.Line  // nil: it answers at once
	limit *serverLimit // nil: none

	connections sync.WaitGroup
}

func newLean(b *testing.B, late time.Duration, limit *serverLimit) *lean {
	b.Helper()
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &lean{URL: "http://" + listener.Addr().String(), limit: limit}
	if late > 0 {
		s.line = delay.New(late)
	}
	s.connections.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			s.connections.Go(func() { s.serve(c) })
		}
	})
	b.Cleanup(func() {
		_ = listener.Close()
		s.connections.Wait()
		if s.line != nil {
			s.line.Close()
		}
	})
	return s
}

func (s *lean) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReaderSize(c, 16<<10)
	for {
		if err := skipRequest(in); err != nil {
			return
		}
		write := func() { _, _ = io.WriteString(c, s.answer()) } // a connection that is gone ends the next read
		if s.line != nil {
			s.line.After(write)
		} else {
			write()
		}
	}
}

// skipRequest reads a request with a Content-Length.
func skipRequest(in *bufio.Reader) error {
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
		if len(line) == 2 {
			_, err := in.Discard(length)
			return err
		}
	}
}

func (s *lean) answer() string {
	const refusal = `{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}`
	status, body, headers := "200 OK", chatAnswer, ""
	if s.limit != nil {
		left, ok := s.limit.admit(time.Now())
		headers = fmt.Sprintf("X-Ratelimit-Remaining-Requests: %d\r\nX-Ratelimit-Reset-Requests: 1s\r\n", left)
		if !ok {
			status, body = "429 Too Many Requests", refusal
		}
	}
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s", status, headers, len(body), body)
}

// serverLimit admits so many requests in every 60 seconds.
type serverLimit struct {
	perMinute int

	mu       sync.Mutex
	admitted []time.Time // within the last minute; guarded by mu
	sent     int         // guarded by mu
	refused  int         // guarded by mu
}

func (l *serverLimit) admit(now time.Time) (left int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent++
	for len(l.admitted) > 0 && now.Sub(l.admitted[0]) >= time.Minute {
		l.admitted = l.admitted[1:]
	}
	if len(l.admitted) >= l.perMinute {
		l.refused++
		return 0, false
	}
	l.admitted = append(l.admitted, now)
	return l.perMinute - len(l.admitted), true
}
