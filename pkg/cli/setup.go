package cli

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
	"github.com/llmops-toolkit/llmops/pkg/redisdb"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// app holds the parts that commands share. Each is made when a command first asks for it, so that a
// command pays for nothing that it does not use.
type app struct {
	cfg      *config.Config
	registry *prompt.Registry
	ledger   *ledger.Ledger
	redactor redactor
	keyNames sync.Map // provider → the variable that its key came from

	recorders map[string]*replay.Recorder // by file

	mu      sync.Mutex // guards what calls open while they run: the fields below
	db      *sqlite.DB
	redis   *redisdb.DB
	answers cache.Keeper
	closers []func() error
}

// last takes the closer that was named last; nil when there is none. Closing one thing may open another, which is
// then closed too.
func (a *app) last() func() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := len(a.closers)
	if n == 0 {
		return nil
	}
	end := a.closers[n-1]
	a.closers = a.closers[:n-1]
	return end
}

// onClose has close called when the command ends, before all that was named earlier.
func (a *app) onClose(end func() error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closers = append(a.closers, end)
}

// first has close called after all that is named, before and later.
func (a *app) first(end func() error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closers = append([]func() error{end}, a.closers...)
}

// config loads the settings and lays the global flags over them.
func (e *env) config() (*config.Config, error) {
	a := e.parts()
	if a.cfg != nil {
		return a.cfg, nil
	}
	cfg, err := config.Load(config.Options{Dir: e.dir, File: e.configFile, Environ: e.environ})
	if err != nil {
		return nil, err
	}
	if e.tenant != "" {
		cfg.Tenant = e.tenant
	}
	if err := cacheFlag(cfg, e.cacheMode); err != nil {
		return nil, err
	}
	a.cfg = cfg
	return cfg, nil
}

func (e *env) parts() *app {
	if e.app == nil {
		e.app = &app{}
	}
	return e.app
}

// close releases what was opened, the last first.
func (e *env) close() error {
	if e.app == nil {
		return nil
	}
	var errs []error
	for end := e.app.last(); end != nil; end = e.app.last() {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// prompts is the registry as the engine takes it: opened at the first reference.
type lazyPrompts struct{ e *env }

// Resolve implements engine.Prompts.
func (l lazyPrompts) Resolve(ref string) (*prompt.Version, error) {
	reg, err := l.e.prompts()
	if err != nil {
		return nil, err
	}
	return reg.Resolve(ref)
}

// ExperimentOn implements engine.Experiments.
func (l lazyPrompts) ExperimentOn(name string) (*prompt.Experiment, error) {
	reg, err := l.e.prompts()
	if err != nil {
		return nil, err
	}
	return reg.ExperimentOn(name)
}

func (e *env) prompts() (*prompt.Registry, error) {
	a := e.parts()
	if a.registry != nil {
		return a.registry, nil
	}
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	reg, err := prompt.OpenDir(e.shortPath(cfg.Prompts))
	if err != nil {
		return nil, err
	}
	a.registry = reg
	a.onClose(reg.Close)
	return reg, nil
}

// shortPath writes a path relative to the working directory when it lies below it.
func (e *env) shortPath(path string) string {
	dir := e.dir
	if dir == "" {
		var err error
		if dir, err = os.Getwd(); err != nil {
			return path
		}
	}
	if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) && e.dir == "" {
		return rel
	}
	return path
}

// engineOptions are what a command wants of the engine beyond the configuration.
type engineOptions struct {
	record   string // file to record answers into; "" records none
	header   replay.Header
	timeouts provider.Timeouts
	retry    *gateway.Retry // nil: the configuration's
	attempts int            // tries of a call; 0: the configuration's
	around   llm.Middleware // stands around each provider, inside of retry; nil: nothing does
	single   bool           // the command makes one call
	unkept   func(error)    // told of a call that is not recorded; nil: a warning at once
	quota    *engine.Quota  // nil: the configuration's
}

// engine puts the engine together.
func (e *env) engine(ctx context.Context, o engineOptions) (*engine.Engine, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	price, err := e.pricer()
	if err != nil {
		return nil, err
	}
	if o.quota == nil {
		if o.quota, err = e.quota(o.single, price); err != nil {
			return nil, err
		}
	}
	gw, err := e.gateway(ctx, o)
	if err != nil {
		return nil, err
	}
	model, err := e.recorded(gw, o)
	if err != nil {
		return nil, err
	}
	chains, err := e.chains()
	if err != nil {
		return nil, err
	}
	window, err := e.window(chains)
	if err != nil {
		return nil, err
	}
	routing, err := e.routing()
	if err != nil {
		return nil, err
	}
	ec := engine.Config{
		Window: window, Routing: routing, Quota: o.quota, Count: e.count(cfg),
		Gateway: model, Embedder: gw, Prompts: lazyPrompts{e}, Model: cfg.Model, Aliases: aliases(cfg), Price: price, Ready: gw.Ready,
		Project: cfg.Project, KeyName: e.parts().keyName,
	}
	if !cfg.Ledger.Off {
		ec.Ledger = &lazyLedger{e: e, sync: o.single}
		ec.OnRecordError = o.unkept
		if o.unkept == nil {
			ec.OnRecordError = func(err error) { e.notice("warning: the call is not recorded: %v", err) }
		}
	}
	return engine.New(ec), nil
}

// gateway is the way to all providers.
func (e *env) gateway(ctx context.Context, o engineOptions) (*gateway.Gateway, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	settings := e.providerSettings(ctx, cfg, o.timeouts)
	retry := gateway.Retry{
		Attempts: cfg.Retry.Attempts, Base: cfg.Retry.Base, MaxWait: cfg.Retry.MaxWait,
		MaxRetryAfter: cfg.Retry.MaxRetryAfter, Total: cfg.Retry.Total,
	}
	if o.retry != nil {
		retry = *o.retry
	}
	if o.attempts > 0 {
		retry.Attempts = o.attempts
	}
	gc := gateway.Config{
		Open: func(ref string) (llm.Model, error) {
			m, err := provider.Open(ref, settings)
			if err != nil || o.around == nil {
				return m, err
			}
			return llm.Wrap(m, o.around), nil
		},
		Retry: retry, Server: servers(settings),
	}
	if o.retry != nil { // a command that asks whether this very model answers
		return gateway.New(gc), nil
	}
	if gc.Cache, err = e.answerCache(); err != nil {
		return nil, err
	}
	if gc.Chains, err = e.chains(); err != nil {
		return nil, err
	}
	if gc.Limit = e.providerLimit(o.quota, settings); o.quota != nil {
		o.quota.Joint = true
	}
	if gc.Pools, err = e.pools(cfg); err != nil {
		return nil, err
	}
	gc.Breaker, gc.TotalAttempts = breaker(cfg), cfg.Retry.TotalAttempts
	return gateway.New(gc), nil
}

// servers gives the address that answers a reference, for the cache.
func servers(settings provider.Settings) func(ref string) (string, bool) {
	type server struct {
		url string
		ok  bool
	}
	find := remembered(func(ref string) server {
		url, ok := settings.Server(ref)
		return server{url, ok}
	})
	return func(ref string) (string, bool) {
		s := find(ref)
		return s.url, s.ok
	}
}

// recorded puts a recorder around the model when one is asked for.
func (e *env) recorded(model llm.Model, o engineOptions) (llm.Model, error) {
	if o.record == "" {
		return model, nil
	}
	a := e.parts()
	if rec := a.recorders[o.record]; rec != nil { // a baseline is run before the candidate
		return llm.Wrap(model, rec.Middleware()), nil
	}
	rec, err := replay.NewRecorder(o.record, o.header, a.redactor.redact)
	if err != nil {
		return nil, err
	}
	if a.recorders == nil {
		a.recorders = map[string]*replay.Recorder{}
	}
	a.recorders[o.record] = rec
	if n := rec.Repaired(); n > 0 {
		e.notice("%s: the last line was cut off; %d bytes of it are removed", o.record, n)
	}
	a.onClose(rec.Close)
	return llm.Wrap(model, rec.Middleware()), nil
}

// providerSettings turns the configuration into what provider.Open takes.
func (e *env) providerSettings(ctx context.Context, cfg *config.Config, t provider.Timeouts) provider.Settings {
	a := e.parts()
	s := provider.Settings{
		Providers: map[string]provider.Entry{}, Transport: wire.NewBase(), Recording: findRecording,
		Redact:   a.redactor.redact,
		Timeouts: orTimeouts(t, provider.Timeouts(cfg.Timeout)),
	}
	for name, p := range cfg.Providers {
		for _, h := range p.Headers {
			a.redactor.add(h)
		}
		s.Providers[name] = provider.Entry{
			Kind: provider.Kind(p.Kind), BaseURL: p.BaseURL, APIKeyEnv: p.APIKeyEnv, Headers: p.Headers, Query: p.Query,
			Options: p.Options, Timeouts: orTimeouts(t, provider.Timeouts(p.Timeout)),
		}
	}
	s.Key = func(entry provider.Entry) (llm.Secret, error) {
		p := cfg.Providers[entry.Name]
		if p.KeyCommand == "" { // else a built-in variable that the entry inherits would win over its command
			p.APIKeyEnv = entry.APIKeyEnv
		}
		key, err := cfg.ProviderKey(ctx, entry.Name, p)
		a.redactor.add(key)
		if !key.IsZero() {
			a.keyNames.Store(entry.Name, cmp.Or(p.APIKeyEnv, "key_command"))
		}
		return key, err
	}
	return s
}

// orTimeouts lets what is set in a win over b.
func orTimeouts(a, b provider.Timeouts) provider.Timeouts {
	for _, p := range [][2]*time.Duration{{&a.FirstByte, &b.FirstByte}, {&a.Idle, &b.Idle}, {&a.Total, &b.Total}} {
		if *p[0] == 0 {
			*p[0] = *p[1]
		}
	}
	return a
}

// findRecording finds the file of replay/NAME outside a suite: NAME as a path, with or without .jsonl.
func findRecording(name string) (string, error) {
	for _, path := range []string{name, name + ".jsonl", filepath.Join("recordings", name+".jsonl")} {
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	return "", diag.Errorf("no recording %q", name).WithHint("replay/NAME takes the path of a recording; --record FILE writes one")
}
