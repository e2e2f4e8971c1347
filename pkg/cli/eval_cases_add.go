package cli

import (
	"bytes"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
)

type evalCasesAddOptions struct {
	id, input, expected, intent, tone string
	vars, contain, notContain, tags   []string
	from                              string
}

func newEvalCasesAdd(e *env) *cobra.Command {
	var o evalCasesAddOptions
	cmd := &cobra.Command{
		Use:   "add SUITE|DIR",
		Short: "Add cases to a suite's JSONL file",
		Long: `Add a case that flags describe, or cases of a JSONL file or standard input, to
the first JSONL file that the suite names. An id that the suite has, and a
question that it asks already, are refused; then nothing is added.`,
		Example: `  llmops eval cases add customer-support --input "Where is my order?" \
    --expected-intent order_status --tag orders
  llmops logs export --as-cases |
    llmops eval cases add customer-support --from -`,
		Args:              usageArgs(cobra.ExactArgs(1)),
		RunE:              func(_ *cobra.Command, args []string) error { return runEvalCasesAdd(e, o, args[0]) },
		ValidArgsFunction: e.completeSuites,
	}
	flags := cmd.Flags()
	flags.StringVar(&o.id, "id", "", "`ID` of the case; made of its question where it has none")
	flags.StringVar(&o.input, "input", "", "the question as `TEXT`")
	flags.StringArrayVar(&o.vars, "var", nil, "`NAME=VALUE` of a variable of the prompt; may be repeated")
	flags.StringVar(&o.expected, "expected", "", "the right answer as `TEXT`")
	flags.StringVar(&o.intent, "expected-intent", "", "the `INTENT` that the answer is to have")
	flags.StringVar(&o.tone, "expected-tone", "", "the `TONE` that the answer is to have")
	flags.StringArrayVar(&o.contain, "must-contain", nil, "`TEXT` that the answer has to hold; may be repeated")
	flags.StringArrayVar(&o.notContain, "must-not-contain", nil, "`TEXT` that it must not hold; may be repeated")
	flags.StringArrayVar(&o.tags, "tag", nil, "`TAG` of the case; may be repeated")
	flags.StringVar(&o.from, "from", "", "read cases from this JSONL `FILE`; - is standard input")
	return cmd
}

func runEvalCasesAdd(e *env, o evalCasesAddOptions, name string) error {
	suite, err := e.findSuite(name)
	if err != nil {
		return err
	}
	var cases []eval.Addable
	if o.from == "" {
		cases, err = o.described(e)
	} else {
		cases, err = o.read(e)
	}
	if err != nil {
		return err
	}
	path, err := suite.Add(cases)
	if err != nil {
		return err
	}
	return e.say("%s: %s added", e.shortPath(path), plural(len(cases), "case"))
}

// described makes a case of the flags.
func (o *evalCasesAddOptions) described(e *env) ([]eval.Addable, error) {
	vars, err := e.variables("", o.vars)
	if err != nil {
		return nil, err
	}
	if o.input == "" && len(vars) == 0 {
		return nil, diag.Errorf("the case asks nothing").WithHint("give it --input or --var, or name a file: --from cases.jsonl")
	}
	raw, err := json.Marshal(struct {
		ID             string         `json:"id,omitempty"`
		Input          string         `json:"input,omitempty"`
		Vars           map[string]any `json:"vars,omitempty"`
		Expected       string         `json:"expected,omitempty"`
		Intent         string         `json:"expected_intent,omitempty"`
		Tone           string         `json:"expected_tone,omitempty"`
		MustContain    []string       `json:"must_contain,omitempty"`
		MustNotContain []string       `json:"must_not_contain,omitempty"`
		Tags           []string       `json:"tags,omitempty"`
	}{o.id, o.input, vars, o.expected, o.intent, o.tone, o.contain, o.notContain, o.tags})
	if err != nil {
		return nil, err
	}
	c, err := eval.ParseCase("the flags", 0, raw)
	return []eval.Addable{c}, err
}

// read reads a case per line.
func (o *evalCasesAddOptions) read(e *env) ([]eval.Addable, error) {
	text, err := e.readInputFile("--from", o.from)
	if err != nil {
		return nil, err
	}
	name, number := o.from, 0
	if name == "-" {
		name = "standard input"
	}
	var cases []eval.Addable
	for line := range bytes.Lines(text) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		c, err := eval.ParseCase(name, number, line)
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		return nil, diag.Errorf("%s holds no cases", name)
	}
	return cases, nil
}
