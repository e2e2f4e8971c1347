package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/report"
)

type evalReportOptions struct {
	output []string
	format string
	json   bool
}

func newEvalReport(e *env) *cobra.Command {
	var o evalReportOptions
	cmd := &cobra.Command{
		Use:   "report RUN...",
		Short: "Write a report on stored runs",
		Long: `Write a report on stored runs, several of them side by side; the first is what
the others are compared with. A run is named by its id, the beginning of it, its
tag, its directory, or "last". Without --output or --format a summary is
printed.`,
		Example: `  llmops eval report last -o report.html -o junit.xml
  llmops eval report main candidate -o compare.html
  llmops eval report last --format md >> "$GITHUB_STEP_SUMMARY"`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runEvalReport(e, o, args)
		},
		ValidArgsFunction: e.completeRuns,
	}
	flags := cmd.Flags()
	outputFlag(flags, &o.output)
	flags.StringVar(&o.format, "format", "", "print as `FORMAT`: html, md, json, jsonl, csv, xml")
	flags.BoolVar(&o.json, "json", false, "print as JSON, as --format json does")
	cmd.MarkFlagsMutuallyExclusive("format", "json")
	return cmd
}

func runEvalReport(e *env, o evalReportOptions, names []string) error {
	if o.json {
		o.format = "json"
	}
	var format report.Format
	var err error
	if o.format != "" {
		if format, err = report.FormatNamed(o.format); err != nil {
			return err
		}
	}
	runs, err := e.storedRuns(names)
	if err != nil {
		return err
	}
	files, err := newOutputs(o.output)
	if err != nil {
		return err
	}
	if err := files.write(e, runs...); err != nil {
		return err
	}
	if format.Write != nil {
		return format.Write(e.out, runs)
	}
	if len(files) > 0 {
		return nil
	}
	return e.printStored(runs)
}

func (e *env) printStored(runs []report.Run) error {
	for i, r := range runs {
		if i > 0 {
			if _, err := fmt.Fprintln(e.out); err != nil {
				return err
			}
		}
		if err := report.Text(e.out, r, e.reportStyle()); err != nil {
			return err
		}
	}
	return nil
}

// storedRuns finds runs by their names, and the suites that they are of where those are still there.
func (e *env) storedRuns(names []string) ([]report.Run, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	var runs []report.Run
	for _, name := range names {
		dir, err := eval.FindRun(filepath.Join(e.shortPath(cfg.State), "runs"), name)
		if err != nil {
			return nil, err
		}
		out, err := eval.Stored(dir)
		if err != nil {
			return nil, err
		}
		suite, err := eval.Load(out.Info.SuiteDir)
		if err != nil {
			suite, _ = eval.Find(e.shortPath(cfg.Evalsets), out.Info.Suite) // without it the questions are missing
		}
		runs = append(runs, e.reportOf(suite, out))
	}
	return runs, nil
}

// completeRuns offers tags and ids, the newest first.
func (e *env) completeRuns(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	cfg, err := e.config()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	runs, err := eval.Runs(filepath.Join(cfg.State, "runs"))
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := []string{"last"}
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i].Tag != "" {
			names = append(names, runs[i].Tag)
		}
		names = append(names, runs[i].ID)
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
