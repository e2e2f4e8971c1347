package providertest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// half serves the events of the case up to and with its second delta of text, then calls then.
func (c *testCase) half(t *testing.T, then func(http.ResponseWriter, *http.Request)) *server {
	t.Helper()
	return start(t, c.dialect, func(w http.ResponseWriter, _ received, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, event := range events(c.file(t, "stream.txt")) {
			send(w, event)
			if strings.Contains(string(event), `"yim"`) {
				break
			}
		}
		then(w, r)
	})
}

func unfinishedStream(t *testing.T, c *testCase, open func(Target) llm.Model) {
	s := c.half(t, func(http.ResponseWriter, *http.Request) {})
	got, err := streamed(context.Background(), open(s.target()), c)
	wantKind(t, err, llm.KindTruncated)
	wantPartial(t, got, "İyiyim")
}

func brokenConnection(t *testing.T, c *testCase, open func(Target) llm.Model) {
	s := c.half(t, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	got, err := streamed(context.Background(), open(s.target()), c)
	wantKind(t, err, llm.KindConnection, llm.KindTruncated)
	wantPartial(t, got, "İyiyim")
}

func cancelled(t *testing.T, c *testCase, open func(Target) llm.Model) {
	s := c.half(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req := c.request()
	req.OnDelta = func(d llm.Delta) error {
		if d.Text == "yim" {
			cancel()
		}
		return nil
	}
	got, err := open(s.target()).Generate(ctx, req)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	wantPartial(t, got, "İyiyim")
}

func cancelledEarly(t *testing.T, c *testCase, open func(Target) llm.Model) {
	ctx, cancel := context.WithCancel(context.Background())
	s := start(t, c.dialect, func(_ http.ResponseWriter, _ received, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	got, err := open(s.target()).Generate(ctx, c.request())
	if got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v, want context.Canceled", got, err)
	}
}

// roundTrip makes a transport of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func transportError(t *testing.T, c *testCase, open func(Target) llm.Model) {
	at := Target{BaseURL: "http://127.0.0.1:1" + c.dialect.prefix(), HTTP: &http.Client{
		Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, &llm.Error{Kind: llm.KindQuota, Provider: "mine", Status: 429, Code: "insufficient_quota"}
		}),
	}}
	for _, ask := range []func() (*llm.Response, error){
		func() (*llm.Response, error) { return open(at).Generate(context.Background(), c.request()) },
		func() (*llm.Response, error) { return streamed(context.Background(), open(at), c) },
	} {
		got, err := ask()
		wantKind(t, err, llm.KindQuota)
		if got != nil {
			t.Errorf("response %+v with an error before the answer", got)
		}
		want := "mine: quota (HTTP 429, insufficient_quota)"
		if err.Error() != want {
			t.Errorf("error %q, want %q", err, want)
		}
		if e, _ := errors.AsType[*llm.Error](err); e.Model != c.dialect.model() {
			t.Errorf("the error is about model %q", e.Model)
		}
	}
}

func bodyError(t *testing.T, c *testCase, open func(Target) llm.Model) {
	s := c.half(t, func(http.ResponseWriter, *http.Request) {})
	at := s.target()
	at.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := s.Client().Transport.RoundTrip(r)
		if err == nil {
			resp.Body = failing{resp.Body}
		}
		return resp, err
	})}
	got, err := streamed(context.Background(), open(at), c)
	wantKind(t, err, llm.KindOverloaded)
	wantPartial(t, got, "İyiyim")
}

// failing is a body that has an *llm.Error where it should end, as the wire's has.
type failing struct{ io.ReadCloser }

func (f failing) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		err = &llm.Error{Kind: llm.KindOverloaded}
	}
	return n, err
}

func streamed(ctx context.Context, m llm.Model, c *testCase) (*llm.Response, error) {
	req := c.request()
	req.OnDelta = func(llm.Delta) error { return nil }
	return m.Generate(ctx, req)
}

func wantKind(t *testing.T, err error, kinds ...llm.ErrorKind) {
	t.Helper()
	e, ok := errors.AsType[*llm.Error](err)
	if !ok || !slices.Contains(kinds, e.Kind) {
		t.Fatalf("error %v, want an *llm.Error of kind %v", err, kinds)
	}
}

// wantPartial checks the part of an answer that came before an error.
func wantPartial(t *testing.T, got *llm.Response, text string) {
	t.Helper()
	switch {
	case got == nil:
		t.Errorf("no response, want the partial %q", text)
	case got.Text() != text || got.FinishReason != "":
		t.Errorf("partial %q, finish reason %q; want %q and none", got.Text(), got.FinishReason, text)
	case got.Timing.TTFT <= 0 || got.Timing.Total < got.Timing.TTFT:
		t.Errorf("timing %+v of a partial answer", got.Timing)
	}
}
