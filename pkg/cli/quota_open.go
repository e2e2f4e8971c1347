package cli

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// quota puts together what keeps calls within the configured limits; nil where there are none. single: the command
// makes one call, and its user is told at once when there is no room.
func (e *env) quota(single bool, price func(string, *llm.Usage) *llm.Money) (*engine.Quota, error) {
	cfg, err := e.config()
	if err != nil || !cfg.Quotas.Active() {
		return nil, err
	}
	if err := knownQuotas(cfg); err != nil {
		return nil, err
	}
	catalog, err := e.catalog()
	if err != nil {
		return nil, err
	}
	bc := budget.Config{
		Store: &lazyQuota{e: e}, Limits: remembered(func(s budget.Scope) budget.Limits { return configuredLimits(cfg, s) }),
		Soft: cfg.Quotas.Soft, Open: cfg.Quotas.OnError == "open", Lease: cfg.Retry.Total + cfg.Timeout.Total,
		Warn: e.warnOfBudget,
		Report: func(err error) {
			e.notice("warning: what calls take is not counted, and what they had reserved stays charged: %v", err)
		},
	}
	if bc.Open {
		bc.Report = func(err error) { e.notice("warning: quotas cannot be kept, and calls go on without them: %v", err) }
	}
	if !single {
		bc.MaxWait = cfg.Quotas.MaxWait
		bc.Waiting = func(l *budget.LimitError) { e.info("waiting: %v", l) }
	}
	b := budget.New(bc)
	e.parts().onClose(b.Close)
	return &engine.Quota{
		Budgets: b, Count: e.count(cfg), Exempt: recording,
		Price: func(ref string, u *llm.Usage) *llm.Money { return price(deployed(cfg, ref), u) }, // a pool as its first member
		MaxOutput: func(ref string) int {
			if m, ok := catalog().Find(deployed(cfg, ref)); ok {
				return int(m.MaxOutput)
			}
			return 0
		},
	}, nil
}

// recording tells that a reference asks nobody.
func recording(ref string) bool {
	name, _, err := provider.ParseRef(ref)
	return err == nil && name == "replay"
}

// count counts tokens where a provider did not.
func (e *env) count(cfg *config.Config) *engine.Count {
	return &engine.Count{
		Request: func(req *llm.Request) int {
			c, _, err := e.promptCounter(deployed(cfg, req.Model))
			if err != nil {
				return 0
			}
			return c.CountRequest(req).Tokens
		},
		Text: func(ref, text string) int {
			c, _, err := e.promptCounter(deployed(cfg, ref))
			if err != nil {
				return 0
			}
			return c.Count(text)
		},
	}
}

func configuredLimits(cfg *config.Config, s budget.Scope) budget.Limits {
	kind, name := s.Split()
	out := budget.Limits{}
	for r, n := range cfg.Quotas.For(kind, name) {
		out[budget.Resource(r)] = n
	}
	return out
}

// warnOfBudget says that a day's or month's budget is nearly used up.
func (e *env) warnOfBudget(u budget.Usage, r budget.Resource) {
	e.notice("warning: %s has used or reserved %s of its %s of %s", u.Scope, r.Amount(u.Used[r]), r, r.Amount(u.Limits[r]))
}

// providerLimit keeps attempts within the limits of their provider and its key.
func (e *env) providerLimit(q *engine.Quota, settings provider.Settings) func(context.Context, string, *llm.Request) (func(*llm.Response), error) {
	if q == nil {
		return nil
	}
	scopes := remembered(func(ref string) []budget.Scope { return providerScopes(settings, ref) })
	return func(ctx context.Context, ref string, req *llm.Request) (func(*llm.Response), error) {
		bound := scopes(ref)
		if bound == nil {
			return func(*llm.Response) {}, nil
		}
		return q.Attempt(ctx, bound, ref, req, time.Now())
	}
}

// providerScopes are the provider of a reference and its key; none for a recording.
func providerScopes(settings provider.Settings, ref string) []budget.Scope {
	name, _, err := provider.ParseRef(ref)
	if err != nil || recording(ref) {
		return nil
	}
	scopes := []budget.Scope{budget.ScopeOf(budget.Provider, name)}
	if entry, err := settings.Lookup(name); err == nil && entry.APIKeyEnv != "" {
		scopes = append(scopes, budget.ScopeOf(budget.Key, entry.APIKeyEnv))
	}
	return scopes
}

// lazyQuota opens the store at its first use.
type lazyQuota struct {
	e *env

	once  sync.Once
	store budget.Store
	err   error
}

func (l *lazyQuota) open(ctx context.Context) (budget.Store, error) {
	l.once.Do(func() { l.store, l.err = l.e.quotaStore(context.WithoutCancel(ctx)) })
	return l.store, l.err
}

// quotaStore opens the store that the configuration names.
func (e *env) quotaStore(ctx context.Context) (budget.Store, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	if cfg.Quotas.Store == "redis" {
		db, err := e.redis()
		if err != nil {
			return nil, err
		}
		return budget.NewRedis(db), nil
	}
	db, err := e.open(ctx, quotaFile)
	if err != nil {
		return nil, err
	}
	e.parts().first(db.Close) // what runs until the end settles on it
	return budget.NewSQLite(ctx, db)
}

// existingQuotas is the store for a command that looks into it; nil when nothing was ever counted.
func (e *env) existingQuotas(ctx context.Context) (budget.Store, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(cfg.State, quotaFile)); cfg.Quotas.Store != "redis" && os.IsNotExist(err) {
		return nil, nil
	}
	return e.quotaStore(ctx)
}

// Reserve implements budget.Store.
func (l *lazyQuota) Reserve(ctx context.Context, r budget.Request) ([]budget.Usage, error) {
	s, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	return s.Reserve(ctx, r)
}

// Settle implements budget.Store.
func (l *lazyQuota) Settle(ctx context.Context, settled ...budget.Settlement) error {
	s, err := l.open(ctx)
	if err != nil {
		return err
	}
	return s.Settle(ctx, settled...)
}

// Limited implements budget.Store.
func (l *lazyQuota) Limited(ctx context.Context) ([]budget.Scope, error) {
	s, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	return s.Limited(ctx)
}

// Limits implements budget.Store.
func (l *lazyQuota) Limits(ctx context.Context, scope budget.Scope) (budget.Limits, error) {
	s, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	_, limits, err := s.Get(ctx, scope)
	return limits, err
}
