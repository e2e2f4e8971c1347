// Package cache answers a question that was asked before with the answer it got then: the exact cache.
//
// Start with New over a Store (NewSQLite, NewRedis), and Do, which looks the question up, asks when there
// is no answer, and stores it. What is stored is whole: no error, no answer that was cut off, filtered or
// empty, and none that was drawn at a temperature above zero unless Config.AnyTemperature says so.
package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Config says how a Cache behaves. Only Store is required.
type Config struct {
	Store          Store
	TTL            time.Duration // how long an answer serves; 0 means for ever
	MaxEntry       int64         // longest answer that is stored, in bytes of JSON; 0 means 4 MiB
	AnyTemperature bool          // store and serve answers drawn at a temperature above zero too
	Refresh        bool          // look nothing up, and store what comes
	// Closed makes a store that fails fail the call. Otherwise the call goes on without the cache.
	Closed bool
	// Report is told once of each time that the store begins to fail, unless the call's own error says so. nil: nobody is.
	Report func(error)
	Now    func() time.Time // nil means time.Now
}

// ErrStore is in the error of a call that was not made because the store failed and Config.Closed is set.
var ErrStore = errors.New("the cache cannot be read, and cache.on_error is closed")

// Cache is the policy over a Store. It is safe for concurrent use; Close writes what waits.
type Cache struct {
	cfg    Config
	writer *writer

	mu      sync.Mutex
	flights map[string]*flight // by key; guarded by mu
	down    time.Time          // until when the store is left alone; guarded by mu
	failing bool               // whether Report was told; guarded by mu
}

// New makes a Cache.
func New(cfg Config) *Cache {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MaxEntry == 0 {
		cfg.MaxEntry = 4 << 20
	}
	if cfg.Report == nil {
		cfg.Report = func(error) {}
	}
	c := &Cache{cfg: cfg, flights: map[string]*flight{}}
	c.writer = newWriter(cfg.Store, cfg.Now, c.failed)
	return c
}

// Do answers q from the cache, or by ask. hit tells which. Of several calls with the same question at the
// same time one asks, and the others wait for its answer, which is a hit for them. An answer of ask that
// may not be stored serves nobody else.
func (c *Cache) Do(ctx context.Context, q *Question, ask func(context.Context) (*llm.Response, error)) (resp *llm.Response, hit bool, err error) {
	if !c.Serves(q.Request) {
		resp, err = ask(ctx)
		return resp, false, err
	}
	key := q.Key()
	for {
		f, first := c.board(key)
		if first {
			return c.lead(ctx, f, q, key, ask)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, false, context.Cause(ctx)
		}
		switch {
		case f.stored != nil:
			if resp = c.copyOf(f.stored, key); resp != nil {
				return resp, true, nil
			}
			resp, err = ask(ctx)
			return resp, false, err
		case f.shared != nil:
			return nil, false, f.shared
		case !f.again:
			resp, err = ask(ctx)
			return resp, false, err
		}
	}
}

// Serves tells whether the request may be answered from the cache at all.
func (c *Cache) Serves(req *llm.Request) bool {
	return !req.Fresh && (c.cfg.AnyTemperature || deterministic(req))
}

// lead looks up, asks and stores for all who wait.
func (c *Cache) lead(ctx context.Context, f *flight, q *Question, key string, ask func(context.Context) (*llm.Response, error)) (*llm.Response, bool, error) {
	f.again = true // where ask panics
	defer c.land(key, f)
	if !c.cfg.Refresh {
		e, err := c.get(ctx, key)
		if err != nil {
			f.again = false
			return nil, false, err
		}
		if e != nil {
			if resp := c.copyOf(e.Response, key); resp != nil {
				f.stored = e.Response
				return resp, true, nil
			}
		}
	}
	resp, err := ask(ctx)
	var provider *llm.Error
	switch {
	case err != nil && ctx.Err() == nil && errors.As(err, &provider):
		f.shared = err // it would have met the others too
	case err != nil:
	default:
		f.stored = c.store(q, key, resp)
		f.again = false
	}
	return resp, false, err
}

// copyOf gives a copy of a stored answer; nil of what is none, as another version may have left.
func (c *Cache) copyOf(stored json.RawMessage, key string) *llm.Response {
	resp, err := (&Entry{Response: stored}).Decode()
	if err != nil {
		return nil
	}
	c.writer.use(key)
	return resp
}

// get looks the key up: first in what waits to be written. A store that fails is left alone for a second.
func (c *Cache) get(ctx context.Context, key string) (*Entry, error) {
	now := c.cfg.Now()
	if e := c.writer.waiting(key); e != nil && e.live(now) {
		return e, nil
	}
	c.mu.Lock()
	down := now.Before(c.down) && c.down.Sub(now) <= pause
	c.mu.Unlock()
	if down && !c.cfg.Closed {
		return nil, nil
	}
	e, err := c.cfg.Store.Get(ctx, key, now)
	switch {
	case err == nil:
		c.mu.Lock()
		c.failing = false
		c.mu.Unlock()
		if e != nil && !e.live(now) {
			return nil, nil
		}
		return e, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	if c.cfg.Closed {
		return nil, fmt.Errorf("%w: %w", ErrStore, err)
	}
	c.failed(err)
	return nil, nil
}

// pause is how long a store that failed is not asked again.
const pause = time.Second

func (c *Cache) failed(err error) {
	c.mu.Lock()
	again := c.failing
	c.failing, c.down = true, c.cfg.Now().Add(pause)
	c.mu.Unlock()
	if !again {
		c.cfg.Report(err)
	}
}

// store hands an answer to the writer and gives its JSON, or nil when it may not be stored.
func (c *Cache) store(q *Question, key string, resp *llm.Response) json.RawMessage {
	if !storable(resp) {
		return nil
	}
	kept := *resp
	kept.RateLimit, kept.Attempts, kept.Timing = nil, 0, llm.Timing{} // of that call, not of the answer
	data, err := json.Marshal(&kept)
	if err != nil || int64(len(data)) > c.cfg.MaxEntry {
		return nil
	}
	now := c.cfg.Now()
	e := Entry{
		Key: key, Tenant: q.Tenant, Model: q.Model, Prompt: q.PromptRef, Created: now, Used: now,
		Size: int64(len(data)), Response: data,
	}
	if c.cfg.TTL > 0 {
		e.Expires = now.Add(c.cfg.TTL)
	}
	c.writer.add(e)
	return data
}

// storable tells whether an answer is whole: the model ended it by itself, and something is in it.
func storable(r *llm.Response) bool {
	if r == nil || r.Substitute || (r.FinishReason != llm.FinishStop && r.FinishReason != llm.FinishToolCalls) {
		return false
	}
	for _, p := range r.Parts {
		if strings.TrimSpace(p.Text) != "" || p.ToolCall != nil || p.Media != nil {
			return true
		}
	}
	return false
}

// Close writes what waits. The Store stays open.
func (c *Cache) Close() error { return c.writer.close() }
