package providertest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// behaviour is a check that is made with one case.
type behaviour func(t *testing.T, c *testCase, open func(Target) llm.Model)

// behave checks what holds for every request: what happens when a stream breaks, is stopped or is
// cancelled, and that a client can be shared.
func behave(t *testing.T, d Dialect, open func(Target) llm.Model) {
	d.run(t, open, map[string]behaviour{
		"a delta that is refused stops the stream":       refusedDelta,
		"a stream without its end is an error":           unfinishedStream,
		"a connection that breaks is an error":           brokenConnection,
		"cancelling keeps what has come":                 cancelled,
		"cancelled before the answer":                    cancelledEarly,
		"JSON that does not fit is a malformed response": malformed,
		"the request stays as it is":                     requestKept,
		"one client for many goroutines":                 concurrent,
	})
}

// WireContract checks that a client without the wire below it hands on what the wire hands to it: errors
// of RoundTrip and of Read as they are, with the model filled in, and the server's limits.
func WireContract(t *testing.T, d Dialect, open func(Target) llm.Model) {
	d.run(t, open, map[string]behaviour{
		"an error of the transport comes through": transportError,
		"an error inside a stream comes through":  bodyError,
		"the server's limits are handed on":       limits,
	})
}

func (d Dialect) run(t *testing.T, open func(Target) llm.Model, checks map[string]behaviour) {
	for _, c := range d.cases(t) {
		if c.name != "parameters" {
			continue
		}
		for name, check := range checks {
			t.Run(name, func(t *testing.T) { check(t, c, open) })
		}
	}
}

func refusedDelta(t *testing.T, c *testCase, open func(Target) llm.Model) {
	stop := errors.New("enough")
	req := c.request()
	n := 0
	req.OnDelta = func(llm.Delta) error {
		if n++; n == 2 {
			return stop
		}
		return nil
	}
	got, err := open(c.serve(t).target()).Generate(context.Background(), req)
	if !errors.Is(err, stop) || n != 2 {
		t.Errorf("%v after %d deltas, want the callback's error after 2", err, n)
	}
	wantPartial(t, got, "İyiyim")
}

func malformed(t *testing.T, c *testCase, open func(Target) llm.Model) {
	s := start(t, c.dialect, func(w http.ResponseWriter, _ received, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		send(w, []byte(`{"id":{},"choices":3,"content":3,"candidates":3}`))
	})
	got, err := open(s.target()).Generate(context.Background(), c.request())
	wantKind(t, err, llm.KindMalformed)
	if got != nil {
		t.Errorf("response %+v of a malformed answer", got)
	}
}

func requestKept(t *testing.T, c *testCase, open func(Target) llm.Model) {
	for _, one := range c.dialect.cases(t) {
		m := open(one.serve(t).target())
		for _, streamed := range []bool{false, true} {
			req, want := one.request(), one.request()
			if streamed {
				req.OnDelta = func(llm.Delta) error { return nil }
			}
			if _, err := m.Generate(context.Background(), req); err != nil {
				t.Fatal(err)
			}
			req.OnDelta = nil
			if diff := cmp.Diff(want, req); diff != "" {
				t.Errorf("%s changed the request (-before +after):\n%s", one.name, diff)
			}
		}
	}
}

func concurrent(t *testing.T, c *testCase, open func(Target) llm.Model) {
	m := open(c.serve(t).target())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			req := c.request()
			var d deltas
			req.OnDelta = d.add
			got, err := m.Generate(context.Background(), req)
			if err != nil {
				t.Error(err)
				return
			}
			d.compare(t, got)
		})
	}
	wg.Wait()
}

func limits(t *testing.T, c *testCase, open func(Target) llm.Model) {
	want := &llm.RateLimit{RemainingRequests: 3, RemainingTokens: -1, ResetRequests: 1, ResetTokens: 2}
	header, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	for _, stream := range []bool{false, true} {
		s := c.serve(t)
		at := s.target()
		at.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := s.Client().Transport.RoundTrip(r)
			if err == nil {
				resp.Header.Set("X-Llmops-Ratelimit", string(header))
			}
			return resp, err
		})}
		req := c.request()
		if stream {
			req.OnDelta = func(llm.Delta) error { return nil }
		}
		got, err := open(at).Generate(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.RateLimit); diff != "" {
			t.Errorf("rate limit (-want +got):\n%s", diff)
		}
	}
}
