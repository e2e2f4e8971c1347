package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

type promptPromoteOptions struct {
	to, why, suite string
	json           bool
}

func newPromptPromote(e *env) *cobra.Command {
	var o promptPromoteOptions
	cmd := &cobra.Command{
		Use:   "promote NAME VERSION --to LABEL",
		Short: "Point a label at a version",
		Long: `Point a label at a version, and write down when, from where, to where and why,
in labels.yaml. A label that is listed there under protected: moves only with
--require-eval.

--require-eval SUITE takes the last run of the suite with exactly this version
(its hash, partials included) from .llmops/runs. It passes when it is complete
and valid, no call of it failed, its gate found no regression, and no metric is
below a min that the suite's gate names for it (gate: {accuracy: {min: 0.9}}).`,
		Example: `  llmops prompt promote greeting 1.1.0 --to production --why "fewer refusals"
  llmops prompt promote greeting 1.1.0 --to production --require-eval greeting`,
		Args: usageArgs(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptPromote(e, o, args[0], args[1])
		},
		ValidArgsFunction: e.completeSelectors,
	}
	flags := cmd.Flags()
	flags.StringVar(&o.to, "to", "", "`LABEL` to move, such as production")
	flags.StringVar(&o.why, "why", "", "the `REASON`, for the history")
	flags.StringVar(&o.suite, "require-eval", "", "only if the version's last run of this `SUITE` passed")
	jsonFlag(cmd, &o.json)
	_ = cmd.RegisterFlagCompletionFunc("to", e.completeLabels)
	_ = cmd.RegisterFlagCompletionFunc("require-eval", e.completeAnySuite)
	return cmd
}

// completeAnySuite offers suites wherever the flag stands.
func (e *env) completeAnySuite(cmd *cobra.Command, _ []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	return e.completeSuites(cmd, nil, toComplete)
}

func runPromptPromote(e *env, o promptPromoteOptions, name, version string) error {
	if o.to == "" {
		return diag.Errorf("which label moves?").WithHint("add --to production")
	}
	if err := prompt.CheckName(name); err != nil {
		return err
	}
	if strings.HasPrefix(version, "git:") {
		return diag.Errorf("a label points to a version among the files, %s is a git revision", version)
	}
	ed, err := e.promptEditor()
	if err != nil {
		return err
	}
	p := prompt.Promotion{Name: name, Version: version, Label: o.to, Why: o.why, Now: time.Now()}
	if o.suite != "" {
		v, err := ed.Resolve(name + "@" + version)
		if err != nil {
			return err
		}
		run, err := e.passingRun(v, o.suite)
		if err != nil {
			return err
		}
		p.Version, p.Eval = v.Version, run.ID
	}
	move, err := ed.Promote(p)
	if err != nil {
		return err
	}
	return e.printMove(move, o.json)
}

func newPromptRollback(e *env) *cobra.Command {
	var of, why string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "rollback NAME --of LABEL",
		Short: "Point a label back to where it was before",
		Long: `Point a label back to where it was before it came to where it is; doing it again
goes back further. Protected labels may be rolled back without an eval run.`,
		Example: `  llmops prompt rollback greeting --of production --why "more complaints"`,
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if of == "" {
				return diag.Errorf("which label goes back?").WithHint("add --of production")
			}
			ed, err := e.promptEditor()
			if err != nil {
				return err
			}
			move, err := ed.Rollback(args[0], of, why, time.Now())
			if err != nil {
				return err
			}
			return e.printMove(move, asJSON)
		},
		ValidArgsFunction: e.completeNames(1),
	}
	cmd.Flags().StringVar(&of, "of", "", "`LABEL` to move back, such as production")
	cmd.Flags().StringVar(&why, "why", "", "the `REASON`, for the history")
	jsonFlag(cmd, &asJSON)
	_ = cmd.RegisterFlagCompletionFunc("of", e.completeLabels)
	return cmd
}

func (e *env) printMove(m *prompt.Move, asJSON bool) error {
	if asJSON {
		return writeJSON(e.out, struct {
			Schema string `json:"schema"`
			Prompt string `json:"prompt"`
			promptMoveJSON
		}{"llmops.prompt.move/v1", m.Prompt, promptMoveJSON{m.At, m.Label, m.From, m.To, m.Why, m.Eval, m.Rollback}})
	}
	from := ""
	if m.From != "" {
		from = m.From + " → "
	}
	tail := ""
	if m.Eval != "" {
		tail = " (eval " + m.Eval + ")"
	}
	return e.say("%s %s: %s%s%s", m.Prompt, m.Label, from, m.To, tail)
}
