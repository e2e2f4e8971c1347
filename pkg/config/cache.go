package config

import (
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Cache says whether and where answers are kept to serve the same question again.
type Cache struct {
	On             bool          `yaml:"on"`
	Store          string        `yaml:"store"` // sqlite or redis
	TTL            time.Duration `yaml:"ttl"`
	MaxMB          int64         `yaml:"max_mb"` // of all answers together, in 10^6 bytes
	AnyTemperature bool          `yaml:"any_temperature"`
	OnError        string        `yaml:"on_error"` // open or closed
}

// Redis is the server that machines share.
type Redis struct {
	URL       llm.Secret    `yaml:"url"`
	Namespace string        `yaml:"namespace"`
	Pool      int           `yaml:"pool"`
	Timeout   time.Duration `yaml:"timeout"`
}

// places makes an error at a path of keys, in the file or of the variable that set it.
type places func(path ...any) func(format string, args ...any) *diag.Error

func (c *Config) checkCache(at places) error {
	switch k := c.Cache; {
	case !slices.Contains([]string{"sqlite", "redis"}, k.Store):
		return at("cache", "store")("cache.store is %q", k.Store).WithHint("sqlite or redis")
	case k.TTL <= 0:
		return at("cache", "ttl")("cache.ttl must be more than zero").WithHint("for example 24h")
	case k.MaxMB < 1:
		return at("cache", "max_mb")("cache.max_mb is %d", k.MaxMB).WithHint("megabytes, from 1")
	case !slices.Contains([]string{"open", "closed"}, k.OnError):
		return at("cache", "on_error")("cache.on_error is %q", k.OnError).
			WithHint("open: calls go on without the cache; closed: they fail")
	case k.On && k.Store == "redis" && c.Redis.URL.IsZero():
		return at("cache", "store")("cache.store is redis, and redis.url names no server").WithHint("redis: {url: redis://host:6379/0}")
	case c.Redis.Pool < 1 || c.Redis.Pool > MaxConcurrency:
		return at("redis", "pool")("redis.pool is %d", c.Redis.Pool).WithHint("connections, from 1 to %d", MaxConcurrency)
	case c.Redis.Timeout <= 0:
		return at("redis", "timeout")("redis.timeout must be more than zero")
	}
	return nil
}
