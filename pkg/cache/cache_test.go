package cache_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/internal/redistest"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func zero() *float64 { return new(float64) }

func question(text string) *cache.Question {
	return &cache.Question{
		Tenant: "t", Model: "p/m", BaseURL: "http://127.0.0.1", PromptSHA256: "00",
		Request: &llm.Request{Messages: []llm.Message{llm.Text(llm.RoleUser, text)}, Temperature: zero()},
	}
}

func whole(text string) *llm.Response {
	return &llm.Response{Parts: []llm.Part{{Text: text}}, FinishReason: llm.FinishStop, Model: "m", Usage: &llm.Usage{UncachedInput: 3, Output: 2}}
}

// asker counts how often it is asked and gives what it holds.
type asker struct {
	n    atomic.Int64
	resp *llm.Response
	err  error
}

func (a *asker) ask(context.Context) (*llm.Response, error) {
	a.n.Add(1)
	return a.resp, a.err
}

func newCache(t testing.TB, cfg cache.Config) *cache.Cache {
	t.Helper()
	if cfg.Store == nil {
		cfg.Store = openSQLite(t, filepath.Join(t.TempDir(), "llmops.db"), 0)
	}
	c := cache.New(cfg)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestASecondQuestionIsAHit(t *testing.T) {
	store := openSQLite(t, filepath.Join(t.TempDir(), "llmops.db"), 0)
	a := &asker{resp: whole("yes")}
	for i, want := range []bool{false, true, true} {
		c := cache.New(cache.Config{Store: store}) // a new process
		resp, hit, err := c.Do(t.Context(), question("?"), a.ask)
		if err != nil || hit != want || resp.Text() != "yes" {
			t.Errorf("%d: %v %v %v", i, resp, hit, err)
		}
		if diff := cmp.Diff(whole("yes").Usage, resp.Usage); diff != "" {
			t.Error(diff)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if st := stats(t, store, time.Now()); a.n.Load() != 1 || st.Hits != 2 {
		t.Errorf("asked %d times, %+v", a.n.Load(), st)
	}
}

func TestWhatDiffersInAnyPartIsAnotherQuestion(t *testing.T) {
	seen := map[string]string{}
	for name, change := range map[string]func(*cache.Question){
		"as it is": func(*cache.Question) {}, "tenant": func(q *cache.Question) { q.Tenant = "u" },
		"provider": func(q *cache.Question) { q.Model = "q/m" }, "model": func(q *cache.Question) { q.Model = "p/n" },
		"base URL": func(q *cache.Question) { q.BaseURL = "http://127.0.0.2" }, "prompt": func(q *cache.Question) { q.PromptSHA256 = "01" },
		"message": func(q *cache.Question) { q.Request.Messages[0] = llm.Text(llm.RoleUser, "!") },
		"role":    func(q *cache.Question) { q.Request.Messages[0].Role = llm.RoleSystem },
		"top_p":   func(q *cache.Question) { q.Request.TopP = zero() }, "seed": func(q *cache.Question) { q.Request.Seed = new(int64) },
		"max tokens": func(q *cache.Question) { q.Request.MaxTokens = 9 }, "stop": func(q *cache.Question) { q.Request.Stop = []string{"x"} },
		"tools":  func(q *cache.Question) { q.Request.Tools = []llm.Tool{{Name: "f"}} },
		"schema": func(q *cache.Question) { q.Request.Format = &llm.Format{Type: llm.FormatSchema, Schema: []byte("{}")} },
		"option": func(q *cache.Question) { q.Request.Options = map[string]any{"logit_bias": 1} },
		"repeat": func(q *cache.Question) { q.Request.Repeat = 1 },
	} {
		q := question("?")
		change(q)
		if twin, ok := seen[q.Key()]; ok {
			t.Errorf("%s and %s have one key", name, twin)
		}
		seen[q.Key()] = name
	}
}

func TestWhatMayNotBeStored(t *testing.T) {
	warm := 0.7
	for name, c := range map[string]struct {
		change func(*cache.Question)
		resp   *llm.Response
		err    error
		any    bool
		stored bool
	}{
		"whole":                   {resp: whole("a"), stored: true},
		"tool call":               {resp: &llm.Response{Parts: []llm.Part{{ToolCall: &llm.ToolCall{Name: "f"}}}, FinishReason: llm.FinishToolCalls}, stored: true},
		"error":                   {resp: whole("a"), err: &llm.Error{Kind: llm.KindServer}},
		"another error":           {err: errors.New("broken")},
		"cut off by max_tokens":   {resp: &llm.Response{Parts: whole("a").Parts, FinishReason: llm.FinishLength}},
		"filtered":                {resp: &llm.Response{Parts: whole("a").Parts, FinishReason: llm.FinishContentFilter}},
		"no reason":               {resp: &llm.Response{Parts: whole("a").Parts}},
		"empty":                   {resp: &llm.Response{FinishReason: llm.FinishStop}},
		"empty text":              {resp: &llm.Response{Parts: []llm.Part{{}}, FinishReason: llm.FinishStop}},
		"white space":             {resp: whole(" \n")},
		"from a fallback":         {resp: &llm.Response{Parts: whole("a").Parts, FinishReason: llm.FinishStop, Substitute: true}},
		"temperature above zero":  {change: func(q *cache.Question) { q.Request.Temperature = &warm }, resp: whole("a")},
		"default temperature":     {change: func(q *cache.Question) { q.Request.Temperature = nil }, resp: whole("a")},
		"any temperature allowed": {change: func(q *cache.Question) { q.Request.Temperature = &warm }, resp: whole("a"), any: true, stored: true},
		"fresh":                   {change: func(q *cache.Question) { q.Request.Fresh = true }, resp: whole("a")},
	} {
		t.Run(name, func(t *testing.T) {
			ca := newCache(t, cache.Config{AnyTemperature: c.any})
			a := &asker{resp: c.resp, err: c.err}
			q := question("?")
			if c.change != nil {
				c.change(q)
			}
			for i := range 2 {
				_, hit, err := ca.Do(t.Context(), q, a.ask)
				if hit != (c.stored && i == 1) || (c.err != nil) != (err != nil) {
					t.Errorf("call %d: hit %v, error %v", i, hit, err)
				}
			}
		})
	}
}

func TestAnEntryTooLargeIsNotStored(t *testing.T) {
	c := newCache(t, cache.Config{MaxEntry: 50})
	a := &asker{resp: whole("a long answer, longer than fifty bytes of JSON for sure")}
	for range 2 {
		if _, hit, err := c.Do(t.Context(), question("?"), a.ask); hit || err != nil {
			t.Errorf("hit %v, error %v", hit, err)
		}
	}
}

func TestTimeToLive(t *testing.T) {
	now := time.Now()
	c := newCache(t, cache.Config{TTL: time.Hour, Now: func() time.Time { return now }})
	a := &asker{resp: whole("a")}
	for _, step := range []struct {
		by   time.Duration
		hit  bool
		what string
	}{{0, false, "new"}, {59 * time.Minute, true, "before"}, {time.Minute, false, "expired"}, {-3 * time.Hour, false, "the clock jumped back"}, {time.Minute, true, "stored anew"}} {
		now = now.Add(step.by)
		if _, hit, err := c.Do(t.Context(), question("?"), a.ask); hit != step.hit || err != nil {
			t.Errorf("%s: hit %v, error %v", step.what, hit, err)
		}
	}
}

func TestOneAsksForAll(t *testing.T) {
	c := newCache(t, cache.Config{})
	release := make(chan struct{})
	a := &asker{resp: whole("a")}
	slow := func(ctx context.Context) (*llm.Response, error) {
		<-release
		return a.ask(ctx)
	}
	var wg sync.WaitGroup
	var hits atomic.Int64
	for range 20 {
		wg.Go(func() {
			resp, hit, err := c.Do(t.Context(), question("?"), slow)
			if err != nil || resp.Text() != "a" {
				t.Error(resp, err)
			}
			if hit {
				hits.Add(1)
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	close(release)
	wg.Wait()
	if a.n.Load() != 1 || hits.Load() != 19 {
		t.Errorf("asked %d times, %d hits", a.n.Load(), hits.Load())
	}
}

func TestThoseWhoWaitAreNotStoppedWithTheOneWhoAsks(t *testing.T) {
	c := newCache(t, cache.Config{})
	asked := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	a := &asker{resp: whole("a")}
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _, err := c.Do(ctx, question("?"), func(ctx context.Context) (*llm.Response, error) {
			asked <- struct{}{}
			<-ctx.Done()
			return nil, &llm.Error{Kind: llm.KindConnection, Err: ctx.Err()}
		})
		if err == nil {
			t.Error("the stopped call has no error")
		}
	})
	<-asked
	for range 5 {
		wg.Go(func() {
			if resp, _, err := c.Do(t.Context(), question("?"), a.ask); err != nil || resp.Text() != "a" {
				t.Error(resp, err)
			}
		})
	}
	time.Sleep(10 * time.Millisecond)
	cancel()
	wg.Wait()
	if a.n.Load() != 1 {
		t.Errorf("asked %d times", a.n.Load())
	}
}

func TestThoseWhoWaitGetTheirOwnAnswerWhenOneIsCutOff(t *testing.T) {
	c := newCache(t, cache.Config{})
	a := &asker{resp: &llm.Response{Parts: whole("half").Parts, FinishReason: llm.FinishLength}}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			resp, hit, err := c.Do(t.Context(), question("?"), func(ctx context.Context) (*llm.Response, error) {
				time.Sleep(10 * time.Millisecond)
				return a.ask(ctx)
			})
			if hit || err != nil || resp.Text() != "half" {
				t.Error(resp, hit, err)
			}
		})
	}
	wg.Wait()
	if a.n.Load() != 4 {
		t.Errorf("asked %d times", a.n.Load())
	}
}

// countedWrites is a store that counts its writes once they are over.
type countedWrites struct {
	cache.Store
	n atomic.Int64
}

func (w *countedWrites) Write(ctx context.Context, added []cache.Entry, used []cache.Use, now time.Time) error {
	defer w.n.Add(1)
	return w.Store.Write(ctx, added, used, now)
}

func TestARedisThatIsDown(t *testing.T) {
	for name, closed := range map[string]bool{"open": false, "closed": true} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			store := &countedWrites{Store: openRedis(t, server.URL, 0)}
			var reports, later atomic.Int64
			c := newCache(t, cache.Config{
				Store: store, Closed: closed,
				Now:    func() time.Time { return time.Now().Add(time.Duration(later.Load())) },
				Report: func(err error) { t.Log(err); reports.Add(1) },
			})
			a := &asker{resp: whole("a")}
			do := func(text string, wantHit, wantErr bool) {
				t.Helper()
				if _, hit, err := c.Do(t.Context(), question(text), a.ask); hit != wantHit || (err != nil) != wantErr {
					t.Errorf("hit %v, error %v", hit, err)
				}
			}
			do("1", false, false)
			for store.n.Load() == 0 { // what waits is written before the server stops
				time.Sleep(time.Millisecond)
			}
			server.Stop()
			for range 3 {
				do("2", !closed && a.n.Load() > 1, closed)
			}
			want := int64(1)
			if closed {
				want = 0 // the calls' errors tell of it
			}
			if reports.Load() != want {
				t.Errorf("%d reports, want %d", reports.Load(), want)
			}
			server.Restart()
			later.Store(int64(2 * time.Second))
			do("3", false, false)
			time.Sleep(50 * time.Millisecond)
			do("3", true, false)
		})
	}
}

// What another version left in the store, and this one cannot read, is no answer and no error.
func TestAnEntryThatCannotBeReadIsAMiss(t *testing.T) {
	store := openSQLite(t, filepath.Join(t.TempDir(), "llmops.db"), 0)
	q, now := question("?"), time.Now()
	for _, text := range []string{`{"parts":"a text"}`, `{"parts":[],"usage":{"input_tokens":-1,"output_tokens":2}}`} {
		err := store.Write(t.Context(), []cache.Entry{{Key: q.Key(), Created: now, Used: now, Size: 1, Response: []byte(text)}}, nil, now)
		if err != nil {
			t.Fatal(err)
		}
		c := cache.New(cache.Config{Store: store})
		resp, hit, err := c.Do(t.Context(), q, (&asker{resp: whole("yes")}).ask)
		if err != nil || hit || resp.Text() != "yes" {
			t.Errorf("%s: %+v, hit %v, %v", text, resp, hit, err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
