package cli

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

func newEvalCases(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "cases",
		Short:   "Add, list and check the cases of a suite",
		Example: "  llmops eval cases lint customer-support",
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(newEvalCasesAdd(e), newEvalCasesList(e), newEvalCasesLint(e))
	return cmd
}

// findSuite loads a suite by name or path.
func (e *env) findSuite(name string) (*eval.Suite, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	return eval.Find(e.shortPath(cfg.Evalsets), name)
}

func newEvalCasesList(e *env) *cobra.Command {
	var asJSON bool
	var tag string
	cmd := &cobra.Command{
		Use:               "list SUITE|DIR",
		Short:             "List the cases of a suite",
		Example:           "  llmops eval cases list customer-support --tag refunds",
		Args:              usageArgs(cobra.ExactArgs(1)),
		RunE:              func(_ *cobra.Command, args []string) error { return runEvalCasesList(e, args[0], tag, asJSON) },
		ValidArgsFunction: e.completeSuites,
	}
	cmd.Flags().StringVar(&tag, "tag", "", "only cases with this `TAG`")
	jsonFlag(cmd, &asJSON)
	return cmd
}

type caseJSON struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Tags     []string `json:"tags"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
}

func runEvalCasesList(e *env, name, tag string, asJSON bool) error {
	suite, err := e.findSuite(name)
	if err != nil {
		return err
	}
	list := []caseJSON{}
	for c, err := range suite.All() {
		if err != nil {
			return err
		}
		if tag == "" || strings.Contains("\x00"+strings.Join(c.Tags, "\x00")+"\x00", "\x00"+tag+"\x00") {
			list = append(list, caseJSON{c.ID, c.Question(), append([]string{}, c.Tags...), c.Place.File, c.Place.Line})
		}
	}
	if asJSON {
		return writeJSON(e.out, struct {
			Schema string     `json:"schema"`
			Suite  string     `json:"suite"`
			Cases  []caseJSON `json:"cases"`
		}{"llmops.eval.cases.list/v1", suite.Name, list})
	}
	if len(list) == 0 {
		e.info("no case fits")
		return nil
	}
	g := grid{header: []string{"case", "tags", "question"}, left: 3}
	for _, c := range list {
		g.add(c.ID, orNone(strings.Join(c.Tags, ", ")), ansi.Truncate(termsafe.Line(c.Question), 200, "…"))
	}
	return e.fitted(&g, 2, 1, 0)
}

func newEvalCasesLint(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "lint SUITE|DIR",
		Short: "Find cases that are likely mistakes",
		Long: `Find cases that are likely mistakes: ids that are there twice, questions that
are nearly the same, missing answers that a scorer wants, fields that no scorer
looks at, and tags of hardly any case. Findings end the command with exit
code 1.`,
		Example:           "  llmops eval cases lint customer-support",
		Args:              usageArgs(cobra.ExactArgs(1)),
		RunE:              func(_ *cobra.Command, args []string) error { return runEvalCasesLint(e, args[0], asJSON) },
		ValidArgsFunction: e.completeSuites,
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

type findingJSON struct {
	Rule string `json:"rule"`
	File string `json:"file"`
	Line int    `json:"line"`
	Case string `json:"case"`
	Text string `json:"text"`
}

func runEvalCasesLint(e *env, name string, asJSON bool) error {
	suite, err := e.findSuite(name)
	if err != nil {
		return err
	}
	found, err := suite.Lint()
	if err != nil {
		return err
	}
	list := []findingJSON{}
	for _, f := range found {
		list = append(list, findingJSON{f.Rule, f.Place.File, f.Place.Line, f.Case, f.Text})
		if asJSON {
			continue
		}
		about := ""
		if f.Case != "" {
			about = "case " + termsafe.Line(f.Case) + ": "
		}
		if err := e.say("%s: %s%s (%s)", f.Place, about, termsafe.Line(f.Text), f.Rule); err != nil {
			return err
		}
	}
	if asJSON {
		err = writeJSON(e.out, struct {
			Schema   string        `json:"schema"`
			Suite    string        `json:"suite"`
			Findings []findingJSON `json:"findings"`
		}{"llmops.eval.cases.lint/v1", suite.Name, list})
	}
	switch {
	case err != nil:
		return err
	case len(found) > 0:
		return fmt.Errorf("%s in the cases of %s", plural(len(found), "finding"), suite.Name)
	}
	e.info("nothing to find fault with")
	return nil
}
