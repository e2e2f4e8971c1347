package cli

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// chains checks the fallbacks, and adds their models to those that the project names.
func (d *doctor) chains() {
	if _, err := d.e.chains(); err != nil {
		d.add(failedCheck("fallbacks", exitUsage, err))
	}
	if _, err := d.e.pools(d.cfg); err != nil {
		d.add(failedCheck("deployments", exitUsage, err))
	}
	_ = d.cfg.EachChain(func(key string, chains config.Chains) error {
		for ref, links := range chains {
			d.name(ref, config.ChainPath(key, ref, 0))
			for i, l := range links {
				if l.Ref != "" {
					d.name(l.Ref, config.ChainPath(key, ref, i))
				}
			}
		}
		return nil
	})
}

// name notes a model that a setting names, and where.
func (d *doctor) name(ref, path string) {
	d.models = append(d.models, ref)
	origin := d.e.shortPath(d.cfg.Origin(path))
	if origin == "" || origin == "default" {
		return
	}
	if d.places == nil {
		d.places = map[string][]string{}
	}
	if !slices.Contains(d.places[ref], origin) {
		d.places[ref] = append(d.places[ref], origin)
	}
}

// floating warns of names in the configuration that move on to new snapshots by themselves: an eval of yesterday
// says nothing of what such a name means today.
func (d *doctor) floating() {
	catalog, err := d.e.catalog()
	if err != nil {
		return // reported already
	}
	refs := slices.Clone(d.models)
	slices.Sort(refs)
	for _, ref := range slices.Compact(refs) {
		if _, alias := d.cfg.Models[ref]; alias {
			continue
		}
		if s := modelStatus(d.cfg, catalog(), ref, time.Now()); s.Floating {
			c := check{Name: "model " + ref, Health: healthWarn, Detail: "the name moves on to new snapshots by itself"}
			if at := slices.SortedFunc(slices.Values(d.places[ref]), byLine); len(at) > 0 {
				c.Detail = strings.Join(at, ", ") + ": " + c.Detail
			}
			if s.Snapshot != "" {
				c.Hint = "name a version: " + s.Snapshot
			}
			d.add(c)
		}
	}
}

// byLine orders places of one file by their lines: 8 before 23.
func byLine(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) }

// route checks the routing rules, and adds their models to those that the project names.
func (d *doctor) route() {
	routing, err := d.e.routing()
	if err != nil {
		d.add(failedCheck("route", exitUsage, err))
		return
	}
	for i, r := range d.cfg.Route {
		d.name(r.Model, config.RoutePath(i))
	}
	for _, i := range rules(d.cfg).Unreachable() {
		d.add(check{
			Name: "route", Health: healthWarn, Detail: d.cfg.Origin(config.RoutePath(i)) + ": no request gets to this rule; an earlier one takes them all",
			Hint: "move it up, or take it out",
		})
	}
	for i, r := range d.cfg.Route {
		ref, err := d.e.modelRef(r.Model)
		if r.MaxCost == "" || err != nil || routing.Price(ref, &llm.Usage{UncachedInput: 1, Output: 1}) != nil {
			continue
		}
		d.add(check{
			Name: "route", Health: healthWarn, Detail: d.cfg.Origin(config.RoutePath(i)) + ": this rule never holds: it has a max_cost, and " + r.Model + " no price",
			Hint: "give it one under prices: in llmops.yaml",
		})
	}
}

// summaries checks the model that sums up what is too long.
func (d *doctor) summaries() {
	const key = "context.summary_model"
	name := d.cfg.Context.SummaryModel
	catalog, err := d.e.catalog()
	if name == "" || err != nil {
		return // an error is reported already
	}
	if _, err := d.e.knownModel(d.cfg, catalog(), key, name); err != nil {
		d.add(failedCheck(key, exitUsage, err))
		return
	}
	d.name(name, key)
}

// auto tells of a model that is left to rules which are not there.
func (d *doctor) auto() {
	if slices.Contains(d.models, route.Auto) && len(d.cfg.Route) == 0 {
		d.add(failedCheck("route", exitUsage, diag.Errorf("the project names the model %s, and has no rule that chooses one", route.Auto).
			WithHint("write rules under route: in llmops.yaml")))
	}
}
