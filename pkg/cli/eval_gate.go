package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
	"github.com/llmops-toolkit/llmops/pkg/report"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

// gateFlags are the flags of a comparison with a baseline.
type gateFlags struct {
	baseline string
	fail     bool
	strict   bool
	rerun    bool
}

func (f *gateFlags) declare(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.baseline, "baseline", "", "compare with this `BASELINE`: a run, a tag, a prompt version or label, git:REV")
	flags.BoolVar(&f.fail, "fail-on-regression", false, "exit with 3 when the gate says regressed")
	flags.BoolVar(&f.strict, "strict", false, "exit with 3 when it says inconclusive, too")
	flags.BoolVar(&f.rerun, "rerun-baseline", false, "run the baseline now even if a run of it is stored")
}

func (f *gateFlags) check() error {
	if f.baseline == "" && (f.fail || f.strict || f.rerun) {
		return diag.Errorf("--fail-on-regression, --strict and --rerun-baseline need a baseline").
			WithHint("name one: --baseline main")
	}
	return nil
}

// gating compares one run with a baseline. A nil one does nothing.
type gating struct {
	e      *env
	flags  gateFlags
	suite  *eval.Suite
	config *gate.Config
	run    eval.Config // of the candidate
	base   *baseline

	result *gate.Result
	shown  report.Gate
}

// gating finds the baseline, looks at the prompts and runs the baseline where no run of it is stored, all
// before the candidate's first call. cfg is how the candidate will be run.
func (e *env) gating(ctx context.Context, f gateFlags, suite *eval.Suite, cfg eval.Config) (*gating, error) {
	if f.baseline == "" {
		return nil, f.check()
	}
	g := &gating{e: e, flags: f, suite: suite, run: cfg}
	var err error
	if g.config, err = gate.Parse(suite); err != nil {
		return nil, err
	}
	if g.base, err = e.findBaseline(f, suite, cfg); err != nil {
		return nil, err
	}
	if err := g.checkCases(); err != nil {
		return nil, err
	}
	if err := g.checkPrompts(ctx); err != nil {
		return nil, err
	}
	if g.base.dir == "" {
		err = g.runBaseline(ctx)
	}
	return g, err
}

// checkCases finds out before any call whether a stored baseline has a case in common with the suite.
func (g *gating) checkCases() error {
	if g.base.dir == "" {
		return nil
	}
	if _, err := eval.Plan(g.suite, g.run); err != nil { // the hashes of cases are whole from then on
		return err
	}
	hashes := map[string]string{}
	for c, err := range g.suite.All() {
		if err != nil {
			return err
		}
		hashes[c.ID] = c.Hash
	}
	changed := false
	for rec, err := range eval.Numbers(g.base.dir) {
		if err != nil {
			return err
		}
		switch hash, known := hashes[rec.Case]; {
		case known && hash == rec.Hash:
			return nil
		case known:
			changed = true
		}
	}
	return gate.NothingInCommon(g.suite.Name, changed)
}

// judge compares the candidate's run with the baseline and keeps the verdict with the run.
func (g *gating) judge(ctx context.Context, out *eval.Outcome) error {
	if g == nil {
		return nil
	}
	candidate := &side{suite: g.suite, dir: out.Dir, info: out.Info, config: g.run}
	result, shown, err := g.e.compare(ctx, comparison{
		baseline: g.base.side(g), candidate: candidate, config: g.config, name: g.base.name, rerun: true,
	})
	if err != nil {
		return err
	}
	g.result, g.shown, out.Result.Gate = result, shown, result
	return errors.Join(eval.KeepGate(out.Dir, result), keepMarkdown(out.Dir, shown))
}

// gateMarkdown is the file of a run that `eval comment` posts.
const gateMarkdown = "gate.md"

func keepMarkdown(dir string, shown report.Gate) error {
	return wholefile.Write(filepath.Join(dir, gateMarkdown), func(w io.Writer) error {
		return report.GateMarkdown(w, shown, report.CommentLimit)
	})
}

// print shows the verdict, on the terminal and in the summary of a CI job.
func (g *gating) print(json bool) error {
	if g == nil || g.result == nil {
		return nil
	}
	if err := g.e.summarise(g.shown); err != nil {
		g.e.notice("warning: the summary of the job is not written: %v", err)
	}
	if json {
		return nil // it is part of the run's
	}
	if err := g.e.say(""); err != nil {
		return err
	}
	return report.GateText(g.e.out, g.shown, report.Style{Renderer: g.e.outStyle().r, Width: g.e.width()})
}

// verdict is the gate's word as an exit code; nil where the run may end as it would without a gate.
func (g *gating) verdict() error {
	if g == nil || g.result == nil {
		return nil
	}
	return gateError(g.result, g.flags.fail, g.flags.strict, g.e)
}

func gateError(r *gate.Result, fail, strict bool, e *env) error {
	why := termsafe.Line(strings.Join(r.Reasons, "; ")) // it names cases
	switch r.Verdict {
	case gate.Invalid:
		return &hinted{
			&codedError{exitUsage, fmt.Errorf("the comparison with %s is invalid: %s", r.Baseline, why)},
			"see what is unscored: llmops eval show last; to make the baseline anew: llmops eval run SUITE --baseline NAME --rerun-baseline",
		}
	case gate.Regressed:
		if fail || strict {
			return &codedError{exitRegression, fmt.Errorf("regressed against %s: %s", r.Baseline, why)}
		}
		e.notice("warning: regressed against %s: %s", r.Baseline, why)
	case gate.Inconclusive:
		if strict {
			return &codedError{exitRegression, fmt.Errorf("inconclusive against %s: %s", r.Baseline, why)}
		}
		e.notice("warning: inconclusive against %s: %s", r.Baseline, why)
	case gate.OK:
	}
	return nil
}

// summarise appends the Markdown to the file that GITHUB_STEP_SUMMARY names, where it does.
func (e *env) summarise(shown report.Gate) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	path := cfg.CI().Summary
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644) //nolint:gosec // CI names it
	if err != nil {
		return err
	}
	var text strings.Builder
	err = report.GateMarkdown(&text, shown, report.SummaryLimit)
	_, writeErr := f.WriteString(text.String() + "\n")
	return errors.Join(err, writeErr, f.Close())
}
