package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

func (d *doctor) configuration() {
	file := filepath.Join(d.cfg.Root, config.FileName)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		d.add(passed("configuration", "no %s here; defaults are in force", config.FileName))
	} else {
		d.add(passed("configuration", "%s", d.e.shortPath(file)))
	}
	if _, err := d.e.catalog(); err != nil {
		d.add(failedCheck("prices", exitUsage, err))
	}
	if d.cfg.Model != "" {
		d.name(d.cfg.Model, "model")
	}
	if d.cfg.Eval.JudgeModel != "" {
		d.name(d.cfg.Eval.JudgeModel, "eval.judge_model")
	}
	for name, m := range d.cfg.Models {
		if m.Ref() == "" {
			m.Model = name
		}
		d.name(m.Ref(), "models."+name+".model")
		for i, dep := range m.Deployments {
			d.name(dep.Model, fmt.Sprintf("models.%s.deployments[%d].model", name, i))
		}
	}
	d.chains()
	d.route()
	d.summaries()
}

func (d *doctor) prompts() {
	if _, err := os.Stat(d.cfg.Prompts); errors.Is(err, fs.ErrNotExist) {
		d.add(passed("prompts", "no registry at %s", d.e.shortPath(d.cfg.Prompts)))
		return
	}
	reg, err := d.e.prompts()
	if err != nil {
		d.add(failedCheck("prompts", exitUsage, err))
		return
	}
	names, err := reg.Names()
	if err != nil {
		d.add(failedCheck("prompts", exitUsage, err))
	}
	count, broken := 0, 0
	for _, name := range names {
		versions, err := reg.Versions(name)
		if err != nil {
			d.add(failedCheck("prompt "+name, exitUsage, err))
			broken++
		}
		for _, version := range versions {
			v, err := reg.ResolveVersion(name, version)
			if err != nil {
				d.add(failedCheck("prompt "+name+"@"+version, exitUsage, err))
				broken++
				continue
			}
			count++
			d.models = append(d.models, v.Model)
		}
	}
	if broken == 0 {
		d.add(passed("prompts", "%d with %s", len(names), plural(count, "version")))
	}
}

func (d *doctor) suites() {
	names := eval.List(d.cfg.Evalsets)
	for _, name := range names {
		suite, err := eval.Find(d.cfg.Evalsets, name)
		if err == nil {
			d.models = append(d.models, suite.Model)
			var sum eval.Summary
			if sum, err = suite.Scan(nil); err == nil {
				d.add(passed("suite "+name, "%d cases", sum.Cases))
			}
		}
		if err != nil {
			d.add(failedCheck("suite "+name, exitUsage, err))
		}
	}
	if len(names) == 0 {
		d.add(passed("suites", "none at %s", d.e.shortPath(d.cfg.Evalsets)))
	}
}

// named lists the models that the project names, each once, without recordings.
func (d *doctor) named() []string {
	refs := slices.DeleteFunc(slices.Clone(d.models), func(ref string) bool {
		return ref == "" || ref == route.Auto || strings.HasPrefix(ref, "replay/")
	})
	slices.Sort(refs)
	return slices.Compact(refs)
}

// keys tells of each provider that the project names whether its key is there.
func (d *doctor) keys() {
	settings := d.e.providerSettings(context.Background(), d.cfg, provider.Timeouts{})
	names := slices.Collect(maps.Keys(d.cfg.Providers))
	for _, ref := range d.named() {
		name, _, err := provider.ParseRef(ref)
		if err != nil {
			if _, isAlias := d.cfg.Models[ref]; !isAlias {
				d.add(failedCheck("model "+ref, exitUsage, err))
			}
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		d.key(settings, name)
	}
}

func (d *doctor) key(settings provider.Settings, name string) {
	entry, err := settings.Lookup(name)
	if err != nil {
		d.add(failedCheck("provider "+name, exitUsage, err))
		return
	}
	if entry.APIKeyEnv == "" && d.cfg.Providers[name].KeyCommand == "" {
		d.add(passed("provider "+name, "%s, without a key", entry.BaseURL))
		return
	}
	key, err := settings.Key(entry)
	switch {
	case err != nil:
		d.add(failedCheck("provider "+name, exitAuth, err))
	case !key.IsZero():
		d.add(passed("provider "+name, "key found"))
	case entry.KeyOptional:
		d.add(passed("provider "+name, "%s, without a key", entry.BaseURL))
	default:
		d.add(check{Name: "provider " + name, Health: healthWarn, Detail: "no key", Hint: "set " + entry.APIKeyEnv})
	}
}

// state opens the project's database, if there is one yet.
func (d *doctor) state(ctx context.Context) {
	path := filepath.Join(d.cfg.State, databaseFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		d.add(passed("ledger", "nothing is recorded yet"))
		return
	}
	if _, err := d.e.ledger(ctx, true); err != nil {
		d.add(failedCheck("ledger", exitFailure, err))
		return
	}
	d.add(passed("ledger", "%s", d.e.shortPath(path)))
}

// quotas asks the store of the quotas something, be it a file or Redis, where there are any.
func (d *doctor) quotas(ctx context.Context) {
	if !d.cfg.Quotas.Active() {
		return
	}
	if err := knownQuotas(d.cfg); err != nil {
		d.add(failedCheck("quotas", exitUsage, err))
		return
	}
	store, err := d.e.existingQuotas(ctx)
	if err == nil && store == nil {
		d.add(passed("quotas", "nothing is counted yet"))
		return
	}
	if err == nil {
		_, err = store.Limited(ctx)
	}
	if err != nil {
		d.add(storeFails("quotas", "them", d.cfg.Quotas.OnError, err))
		return
	}
	where := d.e.shortPath(filepath.Join(d.cfg.State, quotaFile))
	if d.cfg.Quotas.Store == "redis" {
		where = "Redis answers"
	}
	d.add(passed("quotas", "%s", where))
}

// cache asks Redis for an answer where it keeps those of models. A file is the ledger's, and looked into with it.
func (d *doctor) cache(ctx context.Context) {
	if !d.cfg.Cache.On || d.cfg.Cache.Store != "redis" {
		return
	}
	db, err := d.e.redis()
	if err == nil {
		err = db.Explain(db.Ping(ctx).Err())
	}
	if err != nil {
		d.add(storeFails("cache", "it", d.cfg.Cache.OnError, err))
		return
	}
	d.add(passed("cache", "Redis answers"))
}

// storeFails is the check of a store that does not work, and says what becomes of calls.
func storeFails(name, it, onError string, err error) check {
	c := failedCheck(name, exitFailure, err)
	policy := "calls fail until it works"
	if onError == "open" {
		policy = "calls go on without " + it
	}
	c.Hint = strings.TrimPrefix(fmt.Sprintf("%s; %s (%s.on_error: %s)", c.Hint, policy, name, onError), "; ")
	return c
}
