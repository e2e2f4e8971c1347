package cli

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// viewServer serves one page until nobody has asked for it in a while.
type viewServer struct {
	port string
	idle time.Duration
	page func(io.Writer) error
	last *time.Timer // fires when nobody has asked for idle
}

func newViewServer(port string, idle time.Duration, page func(io.Writer) error) *viewServer {
	return &viewServer{port, idle, page, time.NewTimer(idle)}
}

// serve blocks until the context ends, which is its error, or the idle time does.
func (v *viewServer) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: v, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	var err error
	select {
	case err = <-failed:
		return err
	case <-ctx.Done():
		err = &silentError{context.Cause(ctx)}
	case <-v.last.C:
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if server.Shutdown(ending) != nil {
		_ = server.Close() // a reader that is too slow
	}
	<-failed //nolint:errcheck // it says that the server was closed
	return err
}

// ServeHTTP answers for the page alone, and only under a name of this machine: the name of another host
// that resolves to 127.0.0.1 would let that host's pages read the report (DNS rebinding).
func (v *viewServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.last.Reset(v.idle)
	switch {
	case r.Host != "127.0.0.1:"+v.port && r.Host != "localhost:"+v.port:
		http.Error(w, "unknown host", http.StatusMisdirectedRequest)
	case r.URL.Path != "/":
		http.NotFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	default:
		v.write(w, r)
	}
}

func (v *viewServer) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "frame-ancestors 'none'") // the page's own policy stands in it
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	out := &tallied{Writer: w}
	switch err := v.page(out); {
	case err != nil && out.n == 0:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	case err != nil:
		panic(http.ErrAbortHandler) // half a page must not look like a whole one
	}
	v.last.Reset(v.idle)
}

// tallied counts the bytes that go through it.
type tallied struct {
	io.Writer
	n int
}

func (c *tallied) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += n
	return n, err
}
