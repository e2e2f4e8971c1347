// Package redisdb is the one way to reach Redis, which machines share for cache and quotas. Start with Open.
//
// A server that does not answer costs a call at most Config.Timeout: nothing is dialled or sent again.
package redisdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Config says where the server is.
type Config struct {
	URL       string        // redis://[user:password@]host:port[/database], rediss:// for TLS, or unix://path; never shown
	Namespace string        // begins every key; "" means "llmops"
	Pool      int           // connections; 0 means 10
	Timeout   time.Duration // of a dial and of a command; 0 means 1 s
}

// DB is a pool of connections. It is safe for concurrent use; whoever opened it closes it.
type DB struct {
	*redis.Client
	prefix string
}

var quiet sync.Once

// Open makes the pool. Nothing is dialled before the first command, so that a server that is down is no
// error here; an address that is none is a *diag.Error.
func Open(c Config) (*DB, error) {
	quiet.Do(func() { redis.SetLogger(silent{}) }) // it writes to standard error by itself
	opts, err := redis.ParseURL(c.URL)
	if err != nil {
		return nil, diag.Errorf("redis.url is no address of a Redis server"). // the address may hold a password
											WithHint("redis://host:6379/0, with a password redis://:${REDIS_PASSWORD}@host:6379/0")
	}
	if c.Namespace == "" {
		c.Namespace = "llmops"
	}
	if strings.ContainsAny(c.Namespace, "{} \n") {
		return nil, diag.Errorf("redis.namespace %q has a brace or a blank", c.Namespace).WithHint("letters, digits, dashes and colons")
	}
	if c.Timeout == 0 {
		c.Timeout = time.Second
	}
	if c.Pool == 0 {
		c.Pool = 10
	}
	opts.PoolSize, opts.MaxRetries, opts.DialerRetries = c.Pool, -1, 1
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout, opts.PoolTimeout = c.Timeout, c.Timeout, c.Timeout, c.Timeout
	opts.DisableIdentity = true // two commands less a connection
	return &DB{redis.NewClient(opts), "{" + c.Namespace + "}:"}, nil
}

// Key is a key in the namespace. All keys of a namespace are in one slot of a cluster, so that a script
// may use several.
func (db *DB) Key(parts ...string) string { return db.prefix + strings.Join(parts, ":") }

// Explain words an error of a command for whoever runs the server; redis.Nil and nil pass unchanged.
func (db *DB) Explain(err error) error {
	if err == nil || errors.Is(err, redis.Nil) || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("redis at %s: %w", db.Options().Addr, err)
}

// silent is a logger that says nothing: every error comes back from its command.
type silent struct{}

// Printf implements go-redis's logger.
func (silent) Printf(context.Context, string, ...any) {}
