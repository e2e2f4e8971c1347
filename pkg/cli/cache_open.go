package cli

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/redisdb"
)

// refresh is the third value of --cache.
const refresh = "refresh"

// cacheFlag lays --cache over the configuration.
func cacheFlag(cfg *config.Config, mode string) error {
	switch mode {
	case "":
	case "on", refresh:
		cfg.Cache.On = true
	case "off":
		cfg.Cache.On = false
	default:
		return diag.Errorf("--cache %q is none of on, off and refresh", mode)
	}
	return nil
}

// answerCache is the cache of answers, or nil where it is off. Its store is opened by the first call.
func (e *env) answerCache() (*cache.Cache, error) {
	cfg, err := e.config()
	if err != nil || !cfg.Cache.On {
		return nil, err
	}
	without := ", and calls go on without it"
	if cfg.Cache.OnError == "closed" {
		without = "" // a call that it could not be read for fails
	}
	c := cache.New(cache.Config{
		Store: &lazyStore{e: e}, TTL: cfg.Cache.TTL, AnyTemperature: cfg.Cache.AnyTemperature,
		Refresh: e.cacheMode == refresh, Closed: cfg.Cache.OnError == "closed",
		MaxEntry: min(4<<20, cfg.Cache.MaxMB*950_000), // a larger one would leave room for no other
		Report:   func(err error) { e.notice("warning: the cache does not work%s: %v", without, err) },
	})
	e.parts().onClose(c.Close)
	return c, nil
}

// lazyStore opens the store at its first use, so that a command that fails on its input leaves nothing behind.
type lazyStore struct {
	e *env

	once  sync.Once
	store cache.Keeper
	err   error
}

func (l *lazyStore) open(ctx context.Context) (cache.Keeper, error) {
	l.once.Do(func() { l.store, l.err = l.e.cacheStore(context.WithoutCancel(ctx)) })
	return l.store, l.err
}

// Get implements cache.Store.
func (l *lazyStore) Get(ctx context.Context, key string, now time.Time) (*cache.Entry, error) {
	s, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, key, now)
}

// Write implements cache.Store.
func (l *lazyStore) Write(ctx context.Context, added []cache.Entry, used []cache.Use, now time.Time) error {
	s, err := l.open(ctx)
	if err != nil {
		return err
	}
	return s.Write(ctx, added, used, now)
}

// cacheStore opens the store that the configuration names.
func (e *env) cacheStore(ctx context.Context) (cache.Keeper, error) {
	a := e.parts()
	a.mu.Lock()
	store := a.answers
	a.mu.Unlock()
	if store != nil {
		return store, nil
	}
	store, err := e.openCacheStore(ctx)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	a.answers = store
	a.mu.Unlock()
	a.onClose(store.Close)
	return store, nil
}

func (e *env) openCacheStore(ctx context.Context) (cache.Keeper, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	limit := cfg.Cache.MaxMB * 1_000_000
	if cfg.Cache.Store == "redis" {
		db, err := e.redis()
		if err != nil {
			return nil, err
		}
		return cache.NewRedis(db, limit), nil
	}
	db, err := e.database(ctx)
	if err != nil {
		return nil, err
	}
	return cache.NewSQLite(ctx, db, limit)
}

// existingCache is the store for a command that looks into it; nil when nothing was ever kept.
func (e *env) existingCache(ctx context.Context) (cache.Keeper, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	if cfg.Cache.Store == "redis" {
		if cfg.Redis.URL.IsZero() {
			return nil, diag.Errorf("cache.store is redis, and redis.url names no server").WithHint("redis: {url: redis://host:6379/0}")
		}
		return e.cacheStore(ctx)
	}
	if _, err := os.Stat(filepath.Join(cfg.State, "llmops.db")); os.IsNotExist(err) {
		return nil, nil
	}
	return e.cacheStore(ctx)
}

// redis is the pool of connections to the configured server.
func (e *env) redis() (*redisdb.DB, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	a := e.parts()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.redis != nil {
		return a.redis, nil
	}
	a.redis, err = redisdb.Open(redisdb.Config{
		URL: cfg.Redis.URL.Reveal(), Namespace: cfg.Redis.Namespace, Pool: cfg.Redis.Pool, Timeout: cfg.Redis.Timeout,
	})
	if err != nil {
		return nil, err
	}
	a.closers = append([]func() error{a.redis.Close}, a.closers...)
	return a.redis, nil
}
