package gateway

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// clock is a fake clock that sleeping moves forward.
type clock struct {
	now   time.Time
	waits []time.Duration
}

func (c *clock) retry(r Retry) Retry {
	r.Now = func() time.Time { return c.now }
	r.Rand = func() float64 { return 0.5 }
	r.Sleep = func(_ context.Context, d time.Duration) error {
		c.waits = append(c.waits, d)
		c.now = c.now.Add(d)
		return nil
	}
	return r
}

// failing answers with each error in turn, then with success.
func failing(errs ...error) llm.Model {
	i := 0
	return llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		if i++; i <= len(errs) {
			return nil, errs[i-1]
		}
		return &llm.Response{Parts: []llm.Part{{Text: "ok"}}, Timing: llm.Timing{Total: time.Second}}, nil
	})
}

func TestRetryDecides(t *testing.T) {
	yes, no := true, false
	overloaded := &llm.Error{Kind: llm.KindOverloaded, Status: 529}
	tests := []struct {
		name     string
		retry    Retry
		errs     []error
		attempts int
		waits    []time.Duration
		fails    bool
	}{
		{"success at once", Retry{}, nil, 1, nil, false},
		{
			"full jitter doubles its bound",
			Retry{},
			[]error{overloaded, overloaded, overloaded},
			4,
			[]time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second},
			false,
		},
		{
			"jitter's bound is capped",
			Retry{MaxWait: 600 * time.Millisecond},
			[]error{overloaded, overloaded, overloaded},
			4,
			[]time.Duration{250 * time.Millisecond, 300 * time.Millisecond, 300 * time.Millisecond},
			false,
		},
		{"attempts are bounded", Retry{Attempts: 2}, []error{overloaded, overloaded}, 2, []time.Duration{250 * time.Millisecond}, true},
		{"retry-after is kept, with a tenth of jitter", Retry{}, []error{&llm.Error{Kind: llm.KindRateLimit, RetryAfter: 2 * time.Second}}, 2, []time.Duration{2100 * time.Millisecond}, false},
		{"retry-after past the cap fails", Retry{}, []error{&llm.Error{Kind: llm.KindRateLimit, RetryAfter: 61 * time.Second}}, 1, nil, true},
		{"x-should-retry: false wins over 500", Retry{}, []error{&llm.Error{Kind: llm.KindServer, Status: 500, ShouldRetry: &no}}, 1, nil, true},
		{"x-should-retry: true wins over 400", Retry{}, []error{&llm.Error{Kind: llm.KindInvalid, Status: 400, ShouldRetry: &yes}}, 2, []time.Duration{250 * time.Millisecond}, false},
		{"quota is fatal, whatever x-should-retry says", Retry{}, []error{&llm.Error{Kind: llm.KindQuota, Status: 429, ShouldRetry: &yes}}, 1, nil, true},
		{"authentication is not retried", Retry{}, []error{&llm.Error{Kind: llm.KindAuth, Status: 401}}, 1, nil, true},
		{"a connection error is", Retry{}, []error{&llm.Error{Kind: llm.KindConnection}}, 2, []time.Duration{250 * time.Millisecond}, false},
		{"408 and 409 are", Retry{}, []error{&llm.Error{Kind: llm.KindConflict, Status: 409}}, 2, []time.Duration{250 * time.Millisecond}, false},
		{"an error of no known kind is not", Retry{}, []error{errors.New("boom")}, 1, nil, true},
		{"total time is bounded", Retry{Total: 400 * time.Millisecond}, []error{overloaded, overloaded}, 2, []time.Duration{250 * time.Millisecond}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &clock{now: time.Unix(0, 0)}
			m := llm.Wrap(failing(tt.errs...), c.retry(tt.retry).Middleware())
			resp, err := m.Generate(t.Context(), &llm.Request{})
			if (err != nil) != tt.fails || resp.Attempts != tt.attempts {
				t.Errorf("got %d attempts and error %v; want %d attempts and an error: %v", resp.Attempts, err, tt.attempts, tt.fails)
			}
			if diff := cmp.Diff(tt.waits, c.waits); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRetryNamesTheTimePastTheCap(t *testing.T) {
	c := &clock{now: time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)}
	m := llm.Wrap(failing(&llm.Error{Kind: llm.KindRateLimit, RetryAfter: 5 * time.Minute}), c.retry(Retry{}).Middleware())
	_, err := m.Generate(t.Context(), &llm.Request{})
	var e *llm.Error
	if !errors.As(err, &e) || !strings.Contains(e.Hint(), "2026-01-02T03:05:00Z") {
		t.Errorf("got %v, hint %q; want the hint to name the time", err, e.Hint())
	}
}

func TestRetryNeverAfterTheFirstDelta(t *testing.T) {
	calls := 0
	broken := llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		calls++
		_ = req.OnDelta(llm.Delta{Text: "Hel"})
		return &llm.Response{Parts: []llm.Part{{Text: "Hel"}}}, &llm.Error{Kind: llm.KindTruncated}
	})
	m := llm.Wrap(broken, (&clock{}).retry(Retry{}).Middleware())
	got := ""
	resp, err := m.Generate(t.Context(), &llm.Request{OnDelta: func(d llm.Delta) error { got += d.Text; return nil }})
	if calls != 1 || !errors.Is(err, llm.ErrTruncated) || resp.Text() != "Hel" || got != "Hel" {
		t.Errorf("calls %d, err %v, text %q, streamed %q; want one call and the partial text", calls, err, resp.Text(), got)
	}
}

func TestRetryCountsWaitsInTheTiming(t *testing.T) {
	c := &clock{}
	m := llm.Wrap(failing(&llm.Error{Kind: llm.KindServer}), c.retry(Retry{}).Middleware())
	resp, err := m.Generate(t.Context(), &llm.Request{})
	if err != nil || resp.Timing.Total != 1250*time.Millisecond || resp.Timing.TTFT != 0 {
		t.Errorf("got %+v, %v; want 1.25 s in total and no time to first token", resp.Timing, err)
	}
}

func TestRetryStopsWaitingWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := llm.Wrap(llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		time.AfterFunc(10*time.Millisecond, cancel)
		return nil, &llm.Error{Kind: llm.KindRateLimit, RetryAfter: 50 * time.Second}
	}), Retry{}.Middleware())
	if _, err := m.Generate(ctx, &llm.Request{}); !errors.Is(err, context.Canceled) || !errors.Is(err, llm.ErrRateLimit) {
		t.Errorf("got %v; want the cancellation and what was waited for", err)
	}
}
