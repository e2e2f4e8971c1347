package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

type promptLintOptions struct {
	json      bool
	all       bool
	strict    bool
	maxGrowth float64
}

func newPromptLint(e *env) *cobra.Command {
	var o promptLintOptions
	cmd := &cobra.Command{
		Use:     "lint [NAME]...",
		Short:   "Look for mistakes in prompts, with their place",
		Example: "  llmops prompt lint customer-support",
		Long: `Look for mistakes in prompts: front matter that is wrong, variables that are
undeclared or unused, a missing changelog, models that are unknown, deprecated
(they end within 180 days, or have ended) or an alias that moves, secrets and
personal data, and a prompt with many more tokens than the last release.

Locked versions are left alone, but for the latest release. Errors end with exit
code 1, warnings do not.`,
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptLint(e, o, args)
		},
		ValidArgsFunction: e.completeNames(0),
	}
	flags := cmd.Flags()
	flags.Float64Var(&o.maxGrowth, "max-growth", 1.5, "tokens may become so many times as many as in the last release")
	flags.BoolVar(&o.all, "all", false, "look at all versions, locked ones too")
	flags.BoolVar(&o.strict, "strict", false, "warnings fail too")
	jsonFlag(cmd, &o.json)
	return cmd
}

type promptLintJSON struct {
	Schema   string           `json:"schema"`
	Errors   int              `json:"errors"`
	Warnings int              `json:"warnings"`
	Findings []prompt.Finding `json:"findings"`
}

func runPromptLint(e *env, o promptLintOptions, args []string) error {
	if !(o.maxGrowth > 0) {
		return diag.Errorf("--max-growth %v is not above zero", o.maxGrowth)
	}
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	names, err := promptNames(reg, args)
	if err != nil {
		return err
	}
	knows, err := e.promptKnowledge()
	if err != nil {
		return err
	}
	knows.MaxGrowth, knows.All = o.maxGrowth, o.all
	doc := promptLintJSON{Schema: "llmops.prompt.lint/v1", Findings: []prompt.Finding{}}
	var lintErr error
	if len(names) > 0 { // no name would mean all
		var found []prompt.Finding
		found, lintErr = reg.Lint(knows, names...)
		doc.Findings = append(doc.Findings, found...)
	}
	for _, f := range doc.Findings {
		if f.Severity == prompt.SeverityError {
			doc.Errors++
		} else {
			doc.Warnings++
		}
	}
	if o.json {
		err = writeJSON(e.out, doc)
	} else {
		err = e.printFindings(doc.Findings)
	}
	if err = errors.Join(err, lintErr); err != nil {
		return err
	}
	return e.lintVerdict(doc, len(names), o.strict)
}

func (e *env) printFindings(found []prompt.Finding) error {
	st := e.outStyle()
	for _, f := range found {
		place := f.File
		if f.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", f.File, f.Line, max(f.Column, 1))
		}
		severity := st.warn(string(f.Severity))
		if f.Severity == prompt.SeverityError {
			severity = st.bad(string(f.Severity))
		}
		line := fmt.Sprintf("%s: %s: %s %s", place, severity, termsafe.Line(f.Message), st.faint("["+f.Rule+"]"))
		if f.Hint != "" {
			line += "\n    " + st.faint("hint:") + " " + e.indented(f.Hint, 10)
		}
		if err := e.say("%s", line); err != nil {
			return err
		}
	}
	return nil
}

func (e *env) lintVerdict(doc promptLintJSON, names int, strict bool) error {
	said := plural(doc.Errors, "error") + ", " + plural(doc.Warnings, "warning")
	if doc.Errors > 0 || strict && doc.Warnings > 0 {
		return errors.New(said + " in " + plural(names, "prompt"))
	}
	e.info("%s in %s", said, plural(names, "prompt"))
	return nil
}
