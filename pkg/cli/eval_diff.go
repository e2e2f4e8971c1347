package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
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

// evalDiffOptions are the flags of eval diff.
type evalDiffOptions struct {
	json    bool
	fail    bool
	strict  bool
	confirm bool
	output  []string
}

func newEvalDiff(e *env) *cobra.Command {
	var o evalDiffOptions
	cmd := &cobra.Command{
		Use:   "diff BASELINE RUN",
		Short: "Compare two stored runs case by case and give a verdict",
		Long: `Compare two stored runs of a suite case by case: what changed, how sure it is,
and whether it can be merged. A run is an id, the beginning of one, a tag,
"last", a committed baseline of the other run's suite, or a directory. No call
is made; with --confirm, cases that seem broken are asked again, as eval run
--baseline does.`,
		Example: `  llmops eval diff main last
  llmops eval diff main candidate --fail-on-regression -o gate.md -o gate.xml
  llmops eval diff 20260101-120000-a1b2c3 last --json`,
		Args: usageArgs(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runEvalDiff(cmd.Context(), e, o, args[0], args[1])
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	flags.BoolVar(&o.fail, "fail-on-regression", false, "exit with 3 when the verdict is regressed")
	flags.BoolVar(&o.strict, "strict", false, "exit with 3 when it is inconclusive, too")
	flags.BoolVar(&o.confirm, "confirm", false, "ask cases that seem broken again, with calls to the model")
	flags.StringArrayVarP(&o.output, "output", "o", nil, "write the comparison to `FILE`: .md, .json or .xml (JUnit); may be repeated")
	return cmd
}

func runEvalDiff(ctx context.Context, e *env, o evalDiffOptions, a, b string) error {
	for _, path := range o.output {
		if _, err := gateWriter(path); err != nil {
			return err
		}
		if err := wholefile.Check(path); err != nil {
			return diag.Errorf("--output %s cannot be written: %w", path, err)
		}
	}
	c, err := e.storedComparison(ctx, o, a, b)
	if err != nil {
		return err
	}
	result, shown, err := e.compare(ctx, c)
	if err != nil {
		return err
	}
	for _, path := range o.output {
		if err := writeGate(path, shown); err != nil {
			return err
		}
	}
	if err := e.summarise(shown); err != nil {
		e.notice("warning: the summary of the job is not written: %v", err)
	}
	if o.json {
		err = report.GateJSON(e.out, shown)
	} else {
		err = report.GateText(e.out, shown, report.Style{Renderer: e.outStyle().r, Width: e.width()})
	}
	if err != nil {
		return err
	}
	if n := len(result.Unconfirmed); n > 0 && !o.confirm {
		e.info("%s not asked again, as eval run --baseline does: %s", countedCases(n), e.again("eval", "diff", a, b, "--confirm"))
	}
	return gateError(result, o.fail, o.strict, e)
}

func countedCases(n int) string {
	if n == 1 {
		return "1 case that seems broken was"
	}
	return fmt.Sprintf("%d cases that seem broken were", n)
}

// storedComparison finds both runs. The gate and the scorers are those of the candidate's suite, where that
// is found; a suite that is gone has the defaults.
func (e *env) storedComparison(ctx context.Context, o evalDiffOptions, a, b string) (comparison, error) {
	c := comparison{name: a, rerun: o.confirm, config: &gate.Config{}}
	dirB, infoB, err := e.storedRun(b, nil)
	if err != nil {
		return c, err
	}
	suite, err := e.suiteOfRun(infoB)
	if err != nil {
		if !isNoSuite(err) {
			return c, err
		}
		suite = nil
		e.notice("warning: suite %s is not found, so the gate has its defaults", termsafe.Line(infoB.Suite))
	} else if c.config, err = gate.Parse(suite); err != nil {
		return c, err
	}
	dirA, infoA, err := e.storedRun(a, suite)
	if err != nil {
		return c, err
	}
	var cfg eval.Config
	if suite != nil && o.confirm {
		if cfg, err = e.askConfig(ctx, suite); err != nil {
			return c, err
		}
	}
	c.bind = func() error { return e.bindSuite(ctx, suite) }
	c.baseline, c.candidate = e.storedSide(dirA, infoA, suite, cfg, nil), e.storedSide(dirB, infoB, suite, cfg, nil)
	return c, nil
}

func isNoSuite(err error) bool { return strings.HasPrefix(err.Error(), "no suite ") }

// askConfig is how cases of stored runs are asked and scored again.
func (e *env) askConfig(ctx context.Context, suite *eval.Suite) (eval.Config, error) {
	cfg, err := e.config()
	if err != nil {
		return eval.Config{}, err
	}
	o := evalRunOptions{}
	eng, err := e.engine(ctx, o.engine(suite))
	if err != nil {
		return eval.Config{}, err
	}
	tools, err := e.scoreTools(eng, eng, suite, false)
	return eval.Config{Caller: eng, Prompts: lazyPrompts{e}, Tools: tools, Tenant: cfg.Tenant, Concurrency: concurrency(o, suite, cfg)}, err
}

// bindSuite readies a suite's scorers.
func (e *env) bindSuite(ctx context.Context, suite *eval.Suite) error {
	cfg, err := e.askConfig(ctx, suite)
	if err != nil {
		return err
	}
	return suite.Bind(cfg.Tools)
}

// storedRun finds a run, or a committed baseline of suite, which may be nil.
func (e *env) storedRun(name string, suite *eval.Suite) (string, eval.Info, error) {
	cfg, err := e.config()
	if err != nil {
		return "", eval.Info{}, err
	}
	root := filepath.Join(cfg.State, "runs")
	if suite != nil {
		b, err := storedBaseline(root, strings.TrimPrefix(name, asRun), suite)
		if err == nil && b == nil {
			b, err = e.blessedBaseline(strings.TrimPrefix(name, asBlessed), suite)
		}
		if err != nil {
			return "", eval.Info{}, err
		}
		if b == nil {
			return "", eval.Info{}, e.notStored(name, suite, root)
		}
		return b.dir, b.info, nil
	}
	dir, err := eval.FindRun(root, strings.TrimPrefix(name, asRun))
	if err != nil {
		return "", eval.Info{}, err
	}
	info, err := eval.ReadInfo(dir)
	return dir, info, err
}

// notStored says that no run has the name. One of a prompt's version or label can be made.
func (e *env) notStored(name string, suite *eval.Suite, root string) error {
	b, err := e.promptBaseline(strings.TrimPrefix(name, asPrompt), suite)
	if err != nil || b == nil {
		return cmp.Or(err, e.noBaseline(name, suite, root))
	}
	return diag.Errorf("%s is version %s of the prompt, and no stored run: eval diff runs nothing", name, b.suite.Prompt.Ref).
		WithHint("%s", e.again("eval", "run", suite.Name, "--baseline", name)+" compares with it, and runs it first")
}

// gateWriter finds the form of a file by the ending of its name.
func gateWriter(path string) (func(io.Writer, report.Gate) error, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".md":
		return func(w io.Writer, g report.Gate) error { return report.GateMarkdown(w, g, 0) }, nil
	case ".json":
		return report.GateJSON, nil
	case ".xml":
		return report.GateJUnit, nil
	}
	return nil, diag.Errorf("%s: a comparison is written as .md, .json or .xml", path).WithHint("for example -o gate.md")
}

func writeGate(path string, shown report.Gate) error {
	write, err := gateWriter(path)
	if err != nil {
		return err
	}
	if err := wholefile.Write(path, func(w io.Writer) error { return write(w, shown) }); err != nil {
		return fmt.Errorf("report %s: %w", path, err)
	}
	return nil
}
