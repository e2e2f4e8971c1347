package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/strictyaml"
)

// FileName is the project's configuration file.
const FileName = "llmops.yaml"

// Options says where to look. The zero value means: the process's environment and working directory.
type Options struct {
	Dir     string   // where the search for the project begins; "" means the working directory
	File    string   // the project's file by path; "" means the nearest llmops.yaml at or above Dir
	Environ []string // NAME=value; nil means os.Environ()
}

// Load reads all sources in the order of precedence. A mistake in one is a *diag.Error with its place.
func Load(o Options) (*Config, error) {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	env := newEnvironment(o.Environ)
	if o.File == "" {
		o.File = env.get("LLMOPS_CONFIG")
	}
	c := Default()
	c.origins = map[string]string{}
	for _, k := range Keys() {
		c.origins[k.Path] = "default"
	}
	c.env = env
	c.Root = findRoot(dir)
	project, mustExist := filepath.Join(c.Root, FileName), false
	if o.File != "" {
		project, mustExist = o.File, true
		if c.Root, err = filepath.Abs(filepath.Dir(o.File)); err != nil {
			return nil, err
		}
	}
	if err := env.readDotEnv(filepath.Join(c.Root, ".env")); err != nil {
		return nil, err
	}
	if err := c.readFile(userFile(env), false); err != nil {
		return nil, err
	}
	if err := c.readFile(project, mustExist); err != nil {
		return nil, err
	}
	if err := c.applyEnvironment(); err != nil {
		return nil, err
	}
	c.absolutePaths()
	return c, nil
}

// Offer gives the configuration that is in force when its own files are broken: the built-in defaults
// below dir. doctor and init use it.
func Offer(dir string) *Config {
	c := Default()
	c.origins, c.env = map[string]string{}, newEnvironment(nil)
	c.Root = dir
	c.absolutePaths()
	return c
}

func (c *Config) absolutePaths() {
	for _, p := range []*string{&c.Prompts, &c.Evalsets, &c.State} {
		if !filepath.IsAbs(*p) {
			*p = filepath.Join(c.Root, *p)
		}
	}
}

// findRoot walks up to the nearest directory that holds llmops.yaml.
func findRoot(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, FileName)); err == nil {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}

func userFile(env *environment) string {
	base := env.get("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) { // the specification has relative paths ignored
		home := env.get("HOME")
		if home == "" {
			home = env.get("USERPROFILE")
		}
		if home == "" {
			return ""
		}
		base = filepath.Join(home, ".config")
	}
	return filepath.Join(base, "llmops", "config.yaml")
}

func (c *Config) readFile(path string, mustExist bool) error {
	if path == "" {
		return nil
	}
	doc, err := strictyaml.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !mustExist:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return diag.Errorf("configuration file %s does not exist", path).
			WithHint("`llmops init` writes one; --config and LLMOPS_CONFIG name another")
	case err != nil:
		return err
	}
	c.Prices = yaml.Node{}
	if err := doc.Decode(c); err != nil {
		return err
	}
	c.expand()
	if err := c.check(doc); err != nil {
		return err
	}
	if !c.Prices.IsZero() {
		node := c.Prices
		c.PriceFiles = append(c.PriceFiles, PriceOverrides{path, &node})
	}
	for _, leaf := range doc.Leaves() {
		c.origins[leaf.Path] = place(path, leaf.Line)
	}
	return nil
}

// maxDays is the longest that can be asked for: a century, which a time.Duration still holds.
const maxDays = 36_500

// MaxConcurrency is the most calls that may be under way at once.
const MaxConcurrency = 10_000

var texts = []string{"off", "hashed", "redacted", "full"}

var kinds = []string{"openai", "anthropic", "gemini", "azure"}

// check refuses values that have the right type and no sense.
func (c *Config) check(doc *strictyaml.Document) error {
	for name, p := range c.Providers {
		if strings.ContainsAny(name, "/ ") || name == "" {
			return doc.Errorf([]any{"providers", name}, "%q cannot name a provider", name).WithHint("use letters, digits and dashes")
		}
		if p.Kind != "" && !slices.Contains(kinds, p.Kind) {
			return doc.Errorf([]any{"providers", name, "kind"}, "unknown kind %q of provider %s", p.Kind, name).
				WithHint("known kinds: %s", strings.Join(kinds, ", "))
		}
		if p.BaseURL != "" && !strings.Contains(p.BaseURL, "${") && !strings.HasPrefix(p.BaseURL, "http://") && !strings.HasPrefix(p.BaseURL, "https://") {
			return doc.Errorf([]any{"providers", name, "base_url"}, "base_url %q is not an http:// or https:// address", p.BaseURL)
		}
	}
	if !slices.Contains(texts, c.Ledger.Texts) {
		return doc.Errorf([]any{"ledger", "texts"}, "ledger.texts is %q", c.Ledger.Texts).WithHint("one of %s", strings.Join(texts, ", "))
	}
	return c.checkNumbers(func(path ...any) func(string, ...any) *diag.Error {
		return func(format string, args ...any) *diag.Error { return doc.Errorf(path, format, args...) }
	})
}

func (c *Config) checkNumbers(at places) error {
	for _, check := range []func(places) error{c.checkCache, c.checkModels, c.checkBreaker, c.checkContext, c.checkRoute, c.checkQuotas, c.checkTenant} {
		if err := check(at); err != nil {
			return err
		}
	}
	if c.Retry.Attempts < 1 || c.Retry.Attempts > 100 {
		return at("retry", "attempts")("retry.attempts is %d", c.Retry.Attempts).WithHint("1 means no retry; 100 is the most")
	}
	if c.Eval.Concurrency < 1 || c.Eval.Concurrency > MaxConcurrency {
		return at("eval", "concurrency")("eval.concurrency is %d", c.Eval.Concurrency).WithHint("from 1 to %d", MaxConcurrency)
	}
	for key, days := range map[string]int{"keep_days": c.Ledger.KeepDays, "keep_texts_days": c.Ledger.KeepTextsDays} {
		if days < 0 || days > maxDays {
			return at("ledger", key)("ledger.%s is %d", key, days).WithHint("a number of days up to %d; 0 means for good", maxDays)
		}
	}
	for key, d := range map[string]int64{
		"base": int64(c.Retry.Base), "max_wait": int64(c.Retry.MaxWait),
		"max_retry_after": int64(c.Retry.MaxRetryAfter), "total": int64(c.Retry.Total),
	} {
		if d <= 0 {
			return at("retry", key)("retry.%s must be more than zero", key)
		}
	}
	for key, d := range map[string]int64{
		"first_byte": int64(c.Timeout.FirstByte), "idle": int64(c.Timeout.Idle), "total": int64(c.Timeout.Total),
	} {
		if d <= 0 {
			return at("timeout", key)("timeout.%s must be more than zero", key)
		}
	}
	return nil
}
