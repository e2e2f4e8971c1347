package providertest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// FaultServer is a server on the loopback that plays one fault to every request. It writes to the socket
// itself, as a well-behaved server cannot do most of what faults are.
type FaultServer struct {
	URL       string // http://127.0.0.1:PORT
	Elsewhere string // the address of another server, which counts what reaches it

	fault Fault
	stop  chan struct{} // closed when the test ends: scripts that hang let go
	wg    sync.WaitGroup

	mu       sync.Mutex
	conns    map[net.Conn]bool // guarded by mu
	opened   int               // connections so far; guarded by mu
	requests int               // requests so far; guarded by mu
	strayed  int               // connections to Elsewhere; guarded by mu
}

// NewFaultServer starts a server that plays f, and stops it with the test.
func NewFaultServer(t testing.TB, f Fault) *FaultServer {
	t.Helper()
	s := &FaultServer{fault: f, stop: make(chan struct{}), conns: map[net.Conn]bool{}}
	main := s.listen(t, s.serve)
	other := s.listen(t, func(net.Conn) {
		s.mu.Lock()
		s.strayed++
		s.mu.Unlock()
	})
	s.URL, s.Elsewhere = "http://"+main.Addr().String(), "http://"+other.Addr().String()
	t.Cleanup(func() {
		close(s.stop)
		_ = main.Close()
		_ = other.Close()
		s.mu.Lock()
		for c := range s.conns {
			_ = c.Close()
		}
		s.mu.Unlock()
		s.wg.Wait()
	})
	return s
}

// Opened counts the connections that clients have made so far.
func (s *FaultServer) Opened() int { return s.count(&s.opened) }

// Requests counts the requests that clients have sent so far.
func (s *FaultServer) Requests() int { return s.count(&s.requests) }

// Strayed counts the connections that clients have made to Elsewhere.
func (s *FaultServer) Strayed() int { return s.count(&s.strayed) }

func (s *FaultServer) count(n *int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *n
}

func (s *FaultServer) listen(t testing.TB, handle func(net.Conn)) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.track(conn, true)
			s.wg.Go(func() {
				defer s.track(conn, false)
				defer func() { _ = conn.Close() }()
				handle(conn)
			})
		}
	})
	return l
}

func (s *FaultServer) track(c net.Conn, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !open {
		delete(s.conns, c)
		return
	}
	s.conns[c] = true
	select {
	case <-s.stop: // accepted while the server stops
		_ = c.Close()
	default:
	}
}

// serve answers the requests of one connection for as long as the fault leaves it open.
func (s *FaultServer) serve(conn net.Conn) {
	s.mu.Lock()
	s.opened++
	s.mu.Unlock()
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.requests++
		s.mu.Unlock()
		d := dialectOf(r)
		w := &Wire{
			Dialect: d, Stream: strings.Contains(string(body), `"stream":true`) || strings.Contains(r.URL.Path, ":stream"),
			Elsewhere: s.Elsewhere, Key: keyOf(r), conn: conn, stop: s.stop,
		}
		s.fault.Play(w)
		if w.closed || w.untilClose {
			return
		}
	}
}

func keyOf(r *http.Request) string {
	for _, name := range []string{"Authorization", "X-Api-Key", "X-Goog-Api-Key", "Api-Key"} {
		if v := r.Header.Get(name); v != "" {
			return strings.TrimPrefix(v, "Bearer ")
		}
	}
	return r.URL.Query().Get("key")
}

// Wire is the server's end of one request: a fault writes its answer with it. Errors of the socket are
// left out, as a client that has gone is what some faults are about.
type Wire struct {
	Dialect   Dialect
	Stream    bool   // the client asked for a stream
	Elsewhere string // see FaultServer
	Key       string // the key that the client sent

	conn       net.Conn
	begun      bool // the head is sent
	stop       <-chan struct{}
	chunked    bool
	untilClose bool
	closed     bool
}

func (w *Wire) speech() speech { return speech(w.Dialect) }

// Head sends the status line and the header, given as "Name: value". Without a Content-Length among them
// the body is chunked.
func (w *Wire) Head(status int, header ...string) {
	w.begun, w.chunked = true, true
	for _, h := range header {
		lower := strings.ToLower(h)
		w.untilClose = w.untilClose || lower == "connection: close"
		if strings.HasPrefix(lower, "content-length:") || lower == "connection: close" {
			w.chunked = false
		}
	}
	if w.chunked {
		header = append(header, "Transfer-Encoding: chunked")
	}
	fmt.Fprintf(w.conn, "HTTP/1.1 %d %s\r\n%s\r\n\r\n", status, http.StatusText(status), strings.Join(header, "\r\n"))
}

// Send sends a part of the body, as a chunk of its own where it is chunked.
func (w *Wire) Send(s string) {
	switch {
	case s == "":
	case w.chunked:
		fmt.Fprintf(w.conn, "%x\r\n%s\r\n", len(s), s)
	default:
		_, _ = io.WriteString(w.conn, s)
	}
}

// End ends the body as the protocol has it.
func (w *Wire) End() {
	if w.chunked {
		_, _ = io.WriteString(w.conn, "0\r\n\r\n")
	}
}

// Drop closes the connection without ending the body.
func (w *Wire) Drop() {
	w.closed = true
	_ = w.conn.Close()
}

// Reset closes the connection with a TCP reset.
func (w *Wire) Reset() {
	if c, ok := w.conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	w.Drop()
}

// Hang sends nothing more until the client goes away or the test ends.
func (w *Wire) Hang() {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = w.conn.Read(make([]byte, 1))
	}()
	select {
	case <-gone:
	case <-w.stop:
	}
	w.Drop()
	<-gone
}

// Full sends a whole answer with one body.
func (w *Wire) Full(status int, body string, header ...string) {
	w.Head(status, append(header, fmt.Sprintf("Content-Length: %d", len(body)))...)
	w.Send(body)
}

// Events begins a stream, with the first half of the answer.
func (w *Wire) Events() {
	w.Head(http.StatusOK, "Content-Type: text/event-stream; charset=utf-8")
	w.Send(w.speech().opening(w.speech().usage()))
}

// Half begins a stream and sends Partial.
func (w *Wire) Half() {
	w.Events()
	for _, p := range Pieces()[:2] {
		w.Send(w.speech().delta(p))
	}
}
