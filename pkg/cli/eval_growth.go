package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
	"github.com/llmops-toolkit/llmops/pkg/report"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// checkPrompts counts the prompts of both sides before any call is made. One above its budget, or a growth
// above the limit of all together, ends the command here when a regression is to fail it.
func (g *gating) checkPrompts(ctx context.Context) error {
	if g.config.Budgets.PromptTokens == 0 && g.samePrompt() {
		return nil
	}
	now, err := g.e.countPrompts(ctx, g.suite, g.run)
	if err != nil {
		return err
	}
	before := g.promptsBefore(ctx)
	var list []gate.PromptTokens
	for _, id := range slices.Sorted(maps.Keys(now)) {
		list = append(list, gate.PromptTokens{Case: id, Baseline: before[id], Candidate: now[id]})
	}
	breaches, growth := g.config.CheckPrompts(list)
	var why []string
	for _, b := range breaches {
		why = append(why, b.String())
	}
	if growth != nil && growth.Verdict != gate.OK {
		words := fmt.Sprintf("prompts grew from %.0f to %.0f tokens a call (×%.2f)", growth.Baseline, growth.Candidate, *growth.Ratio)
		if growth.Verdict != gate.Regressed {
			g.e.notice("warning: %s", words)
		} else {
			why = append(why, words)
		}
	}
	if len(why) > 0 && (g.flags.fail || g.flags.strict) {
		return g.refuse(why, breaches, growth, len(list))
	}
	for _, w := range why {
		g.e.notice("warning: %s", termsafe.Line(w)) // it may name a case
	}
	return nil
}

// refusedError is a verdict that came before any call.
type refusedError struct {
	error
	shown report.Gate
	id    string // of the run that was not made
}

// Unwrap gives the error with its exit code.
func (r *refusedError) Unwrap() error { return r.error }

// refuse makes the verdict of what the prompts alone tell.
func (g *gating) refuse(why []string, breaches []gate.Breach, growth *gate.Growth, cases int) error {
	r := gate.Refused(g.base.name, cases, why, breaches, growth)
	shown := report.Gate{Result: r, Suite: g.suite.Name, Baseline: g.base.info}
	var err error
	if shown.Candidate, err = eval.Plan(g.suite, g.run); err != nil {
		return err
	}
	if g.base.suite != nil {
		if shown.Baseline, err = eval.Plan(g.base.suite, g.base.config(g.run)); err != nil {
			return err
		}
	}
	return &refusedError{&hinted{
		&codedError{exitRegression, fmt.Errorf("%s; no call was made", strings.Join(why, "; "))},
		"shorten the prompt, or allow it in suite.yaml: gate.growth.prompt, gate.budgets.prompt_tokens",
	}, shown, shown.Candidate.ID}
}

// tellRefused puts a verdict that came before any call where the others go: into the files that were asked for, the
// summary of the job, and where eval comment looks. It returns err.
func (e *env) tellRefused(err error, o evalRunOptions, root string) error {
	refused, ok := errors.AsType[*refusedError](err)
	if !ok {
		return err
	}
	told := []error{err, os.MkdirAll(filepath.Join(root, refused.id), 0o755), keepMarkdown(filepath.Join(root, refused.id), refused.shown)} //nolint:gosec // as readable as the project
	for _, path := range o.output {
		if _, unknown := gateWriter(path); unknown != nil {
			e.notice("warning: %s is not written: there are no answers", path)
			continue
		}
		told = append(told, writeGate(path, refused.shown))
	}
	if o.json {
		told = append(told, report.GateJSON(e.out, refused.shown))
	}
	if err := e.summarise(refused.shown); err != nil {
		e.notice("warning: the summary of the job is not written: %v", err)
	}
	if later := errors.Join(told[1:]...); later != nil {
		return errors.Join(err, later)
	}
	return err
}

// samePrompt tells whether both sides have the very same prompt.
func (g *gating) samePrompt() bool {
	now, err := g.suite.PromptID(g.run.Prompts)
	if err != nil {
		return false
	}
	before := g.base.info.Prompt
	if g.base.suite != nil {
		if before, err = g.base.suite.PromptID(g.base.prompts); err != nil {
			return false
		}
	}
	return reflect.DeepEqual(now, before)
}

// promptsBefore are the lengths of the baseline's prompts by case: counted where its prompt is found, else
// as the provider counted them. What is not known is left out.
func (g *gating) promptsBefore(ctx context.Context) map[string]int {
	suite, prompts, err := g.base.suite, g.base.prompts, error(nil)
	if suite == nil {
		suite, prompts, err = g.e.suiteOf(g.base.info, g.suite, nil)
	}
	if err == nil {
		cfg := g.run
		cfg.Prompts = prompts
		if counts, err := g.e.countPrompts(ctx, suite, cfg); err == nil {
			return counts
		}
	}
	counts := map[string]int{}
	if g.base.dir == "" {
		return counts
	}
	for rec, err := range eval.Numbers(g.base.dir) {
		if err != nil {
			return counts // the comparison will say what is wrong with it
		}
		if rec.Usage != nil {
			counts[rec.Case] = int(rec.Usage.Input())
		}
	}
	return counts
}

// countPrompts composes every call of a run and counts its tokens by case. Models of an unknown tokenizer
// are counted by o200k: what matters is how the two sides compare.
func (e *env) countPrompts(ctx context.Context, suite *eval.Suite, cfg eval.Config) (map[string]int, error) {
	conf, err := e.config()
	if err != nil {
		return nil, err
	}
	compose := e.dryEngine(conf)
	var mu sync.Mutex // guards counts
	counts := map[string]int{}
	err = estimate.Suite(ctx, suite, cfg.Prompts, cfg.Model, func(ctx context.Context, call estimate.Call) error {
		res, err := compose(ctx, call.Call)
		if err != nil {
			return err
		}
		counter, err := tokens.For(res.Request.Model)
		if err != nil {
			if counter, err = tokens.Encoding("o200k_base"); err != nil {
				return err
			}
		}
		n := counter.CountRequest(res.Request).Tokens
		mu.Lock()
		defer mu.Unlock()
		counts[call.Request.Case] = n
		return nil
	})
	return counts, err
}
