package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Key is a setting that has one value: it can be set in a file by its path and in the environment.
type Key struct {
	Path string // "retry.attempts"
	Env  string // "LLMOPS_RETRY_ATTEMPTS"
	Doc  string
}

// Keys lists the settings with one value. The maps (providers, models, prices) are set in files only.
func Keys() []Key {
	docs := [][2]string{
		{"model", "the model when neither a flag nor the prompt names one: provider/model"},
		{"tenant", "whom calls are recorded for"},
		{"project", "whose budget calls count against, beside the tenant's"},
		{"prompts", "directory of the prompt registry"},
		{"evalsets", "directory of the eval suites"},
		{"state", "directory of runs and the ledger"},
		{"timeout.first_byte", "longest wait for a provider's first byte"},
		{"timeout.idle", "longest silence inside an answer"},
		{"timeout.total", "longest time for one attempt at an answer"},
		{"retry.attempts", "tries for a call, the first included"},
		{"retry.base", "upper bound of the first wait between tries"},
		{"retry.max_wait", "upper bound of the waits between tries that no provider asked for"},
		{"retry.max_retry_after", "longest wait that a provider may ask for"},
		{"retry.total", "time after which no further try begins"},
		{"context.strategy", "a request that is too long for its model: error, truncate_oldest or summarize"},
		{"context.reserve_output", "tokens kept free for an answer that has no bound"},
		{"context.summary_model", "the model that writes summaries; empty means the one that is asked"},
		{"retry.total_attempts", "tries for a call over all models of a chain"},
		{"breaker.failures", "calls in a row after which a provider is left alone where there is an alternative; 0 means never"},
		{"breaker.cooldown", "how long it is left alone before one call probes it"},
		{"ledger.off", "record no calls (true or false)"},
		{"ledger.texts", "what is kept of prompts and answers: off, hashed, redacted or full"},
		{"ledger.keep_days", "days after which calls are deleted; 0 means never"},
		{"ledger.keep_texts_days", "days after which texts and conversations are deleted; 0 means never"},
		{"cache.on", "answer a question that was asked before from the cache (true or false)"},
		{"cache.store", "where answers are kept: sqlite or redis"},
		{"cache.ttl", "how long an answer serves"},
		{"cache.max_mb", "most megabytes of answers that are kept"},
		{"cache.any_temperature", "keep answers drawn at a temperature above zero too (true or false)"},
		{"cache.on_error", "when the cache fails: open goes on without it, closed fails the call"},
		{"quotas.on", "quotas hold, also where limits are only set with llmops quota set (true or false)"},
		{"quotas.store", "where it is kept what was used: sqlite or redis"},
		{"quotas.on_error", "when that fails: closed fails calls, open lets them go on"},
		{"quotas.max_wait", "how long a call of a batch or an eval waits for room"},
		{"quotas.soft", "share of a budget from which there is a warning"},
		{"redis.url", "the Redis server: redis://[user:password@]host:port[/database]"},
		{"redis.namespace", "how every key in Redis begins"},
		{"redis.pool", "connections to Redis"},
		{"redis.timeout", "longest wait for Redis"},
		{"eval.concurrency", "cases under way at once in an eval run"},
		{"eval.judge_model", "the model of judges when neither the scorer nor the prompt names one"},
		{"eval.allow_exec", "let the scorer exec run commands (true or false)"},
	}
	keys := make([]Key, len(docs))
	for i, d := range docs {
		env := "LLMOPS_" + strings.ToUpper(strings.ReplaceAll(d[0], ".", "_"))
		keys[i] = Key{Path: d[0], Env: env, Doc: d[1]}
	}
	return keys
}

// applyEnvironment sets every Key whose variable is set and not empty.
func (c *Config) applyEnvironment() error {
	for _, k := range Keys() {
		text, origin, ok := c.env.lookup(k.Env)
		if !ok || text == "" {
			continue
		}
		if err := setField(c.field(k.Path), text); err != nil {
			return diag.Errorf("%s: %s: %w", origin, k.Path, err).WithHint("%s: %s", k.Path, k.Doc)
		}
		c.origins[k.Path] = origin
	}
	if t := c.Ledger.Texts; !slices.Contains(texts, t) {
		return diag.Errorf("%s: ledger.texts is %q", c.origins["ledger.texts"], t).WithHint("one of %s", strings.Join(texts, ", "))
	}
	return c.checkNumbers(func(path ...any) func(string, ...any) *diag.Error {
		return func(format string, args ...any) *diag.Error {
			return diag.Errorf("%s: %w", c.origins[strings.Trim(strings.ReplaceAll(fmt.Sprint(path), " ", "."), "[]")], fmt.Errorf(format, args...))
		}
	})
}

// field finds the struct field of a dotted path of yaml names.
func (c *Config) field(path string) reflect.Value {
	v := reflect.ValueOf(c).Elem()
	for _, name := range strings.Split(path, ".") {
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("yaml") == name {
				v = v.Field(i)
				break
			}
		}
	}
	return v
}

func setField(v reflect.Value, text string) error {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is not a duration such as 30s", text)
		}
		v.SetInt(int64(d))
		return nil
	}
	if v.Type() == reflect.TypeFor[llm.Secret]() {
		v.Set(reflect.ValueOf(llm.NewSecret(text)))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		v.SetInt(n)
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		v.SetFloat(f)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(b)
	}
	return nil
}
