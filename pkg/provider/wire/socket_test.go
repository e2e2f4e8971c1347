package wire

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func gzipTo(t *testing.T, w io.Writer, s string) {
	t.Helper()
	zw := gzip.NewWriter(w)
	if _, err := io.WriteString(zw, s); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
}

// serve starts a server and a client of it whose transport is the wire.
func serve(t *testing.T, c Config, h http.HandlerFunc) (*http.Client, string, *atomic.Int32) {
	t.Helper()
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	hc := &http.Client{Transport: New(c)}
	t.Cleanup(hc.CloseIdleConnections)
	return hc, s.URL, &opened
}

func get(ctx context.Context, t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	return r
}

func flush(w http.ResponseWriter, s string) {
	_, _ = io.WriteString(w, s)
	w.(http.Flusher).Flush()
}

// A client that stops reading at [DONE], as go-openai does, keeps its connection.
func TestConnectionIsUsedAgain(t *testing.T) {
	hc, url, opened := serve(t, Config{}, func(w http.ResponseWriter, _ *http.Request) {
		flush(w, "data: "+finished+"\n\n"+done)
		flush(w, ": more\n\n")
	})
	for range 20 {
		resp, err := hc.Do(get(t.Context(), t, url))
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, len("data: "+finished+"\n\n"+done))
		if _, err := io.ReadFull(resp.Body, buf); err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	if n := opened.Load(); n > 10 { // 1, unless the machine is so busy that Close stops waiting
		t.Errorf("%d connections for 20 requests", n)
	}
}

func TestDeltasComeAtOnce(t *testing.T) {
	next := make(chan struct{})
	hc, url, _ := serve(t, Config{}, func(w http.ResponseWriter, _ *http.Request) {
		flush(w, "data: "+going+"\n\n")
		<-next // only once the client has the first delta
		flush(w, "data: "+finished+"\n\n"+done)
	})
	resp, err := hc.Do(get(t.Context(), t, url))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	first := make([]byte, len("data: "+going+"\n\n"))
	if _, err := io.ReadFull(resp.Body, first); err != nil {
		t.Fatal(err)
	}
	close(next)
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "data: "+finished+"\n\n"+done {
		t.Errorf("%q, %v", rest, err)
	}
}

// A slow reader is no silent server: the idle timer runs only while a read waits.
func TestIdleIsTheServersSilence(t *testing.T) {
	hc, url, _ := serve(t, Config{Idle: 150 * time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
		flush(w, "data: "+going+"\n\n")
		flush(w, "data: "+finished+"\n\n"+done)
	})
	resp, err := hc.Do(get(t.Context(), t, url))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(400 * time.Millisecond)
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Error(err)
	}
}

func TestCallerStops(t *testing.T) {
	for name, c := range map[string]struct {
		stop func(context.Context) (context.Context, context.CancelFunc)
		want error
		kind llm.ErrorKind
	}{
		"cancel": {context.WithCancel, context.Canceled, llm.KindConnection},
		"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 100*time.Millisecond)
		}, context.DeadlineExceeded, llm.KindTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			hc, url, _ := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
				flush(w, "data: "+going+"\n\n")
				<-r.Context().Done()
			})
			ctx, cancel := c.stop(t.Context())
			defer cancel()
			resp, err := hc.Do(get(ctx, t, url))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if name == "cancel" {
				cancel()
			}
			_, err = io.ReadAll(resp.Body)
			var e *llm.Error
			if !errors.Is(err, c.want) || !errors.As(err, &e) || e.Kind != c.kind {
				t.Errorf("got %v", err)
			}
			if name == "cancel" && e.Retryable() {
				t.Error("what the caller stopped is retryable")
			}
		})
	}
}

func TestCloseStopsAWaitingRead(t *testing.T) {
	gone := make(chan struct{})
	hc, url, _ := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		flush(w, "data: "+going+"\n\n")
		<-r.Context().Done()
		close(gone)
	})
	resp, err := hc.Do(get(t.Context(), t, url))
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() {
		_, err := io.ReadAll(resp.Body)
		failed <- err
	}()
	resp.Body.Close()
	if err := <-failed; err == nil {
		t.Error("a closed body ended well")
	}
	<-gone
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}

func TestNoConnection(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = quiet()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	for name, c := range map[string]struct {
		url, hint string
		retry     bool
	}{
		"refused":           {"http://" + closed.Addr().String(), "is the server running", true},
		"unknown authority": {secure.URL, "trusts", false},
		"plain HTTP":        {strings.Replace(plain.URL, "http:", "https:", 1), "http://", false},
	} {
		t.Run(name, func(t *testing.T) {
			hc := &http.Client{Transport: New(Config{})}
			defer hc.CloseIdleConnections()
			resp, err := hc.Do(get(t.Context(), t, c.url))
			if err == nil {
				resp.Body.Close()
			}
			var e *llm.Error
			if !errors.As(err, &e) || e.Kind != llm.KindConnection || e.Retryable() != c.retry || !strings.Contains(e.Hint(), c.hint) {
				t.Errorf("%v, hint %q", err, e.Hint())
			}
		})
	}
}
