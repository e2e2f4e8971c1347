package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

type promptDiffOptions struct {
	promptVarFlags
	json bool
}

func newPromptDiff(e *env) *cobra.Command {
	var o promptDiffOptions
	cmd := &cobra.Command{
		Use:   "diff REF REF",
		Short: "Compare two versions: settings as a table, the text word by word",
		Long: `Compare two versions: what changed for callers and readers, the front matter as
a table, with tokens and cost per call, and the text word by word. Variables
that are not given count as empty. Without colour, [-what is gone-] and
{+what is new+} are marked.`,
		Example: `  llmops prompt diff customer-support@production customer-support@2.0.0-rc.1
  llmops prompt diff customer-support@git:main customer-support`,
		Args: usageArgs(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptDiff(e, o, args[0], args[1])
		},
		ValidArgsFunction: e.completeRefs(2),
	}
	o.declare(cmd)
	jsonFlag(cmd, &o.json)
	return cmd
}

type promptDiffJSON struct {
	Schema  string             `json:"schema"`
	From    promptSideJSON     `json:"from"`
	To      promptSideJSON     `json:"to"`
	Level   string             `json:"level"` // what the change demands: none, patch, minor or major
	Reasons []promptReasonJSON `json:"reasons"`
	Fields  []promptFieldJSON  `json:"fields"`
	Body    []promptSpanJSON   `json:"body"`
}

type promptSideJSON struct {
	Ref    string `json:"ref"`
	SHA256 string `json:"sha256"`
	promptCount
}

type promptFieldJSON struct {
	Path string  `json:"path"`
	From *string `json:"from"` // null when it is not there
	To   *string `json:"to"`
}

type promptSpanJSON struct {
	Op   prompt.SpanOp `json:"op"`
	Text string        `json:"text"`
}

func runPromptDiff(e *env, o promptDiffOptions, a, b string) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	vars, err := e.variables(o.varsFile, o.vars)
	if err != nil {
		return err
	}
	var sides [2]promptSideJSON
	var versions [2]*prompt.Version
	for i, ref := range []string{a, b} {
		if versions[i], err = reg.Resolve(ref); err != nil {
			return err
		}
		if sides[i], err = e.promptSide(ref, versions[i], vars); err != nil {
			return err
		}
	}
	d := prompt.DiffVersions(versions[0], versions[1])
	if o.json {
		return writeJSON(e.out, newPromptDiffJSON(d, sides))
	}
	return e.printDiff(d, sides)
}

// promptSide counts a version with the variables that it takes, the others empty.
func (e *env) promptSide(ref string, v *prompt.Version, vars map[string]any) (promptSideJSON, error) {
	side := promptSideJSON{Ref: v.Ref(), SHA256: v.SHA256}
	if p, err := prompt.ParseRef(ref); err == nil && p.Git != "" {
		side.Ref = fmt.Sprintf("%s@git:%s:%s", v.Name, p.Git, v.Version)
	}
	own := map[string]any{}
	for _, x := range v.Variables() {
		if value, ok := vars[x.Name]; ok {
			own[x.Name] = value
		}
	}
	messages, err := v.Render(v.Typed(blanks(v, own)))
	if err != nil && len(own) > 0 {
		return side, err
	}
	if err != nil { // empty values are not allowed: count the text as it stands
		messages = []llm.Message{llm.Text(llm.RoleUser, v.Source())}
	}
	side.promptCount, err = e.countPrompt(v, "", messages)
	return side, err
}

func newPromptDiffJSON(d *prompt.Diff, sides [2]promptSideJSON) promptDiffJSON {
	doc := promptDiffJSON{
		Schema: "llmops.prompt.diff/v1", From: sides[0], To: sides[1], Level: d.Change.Level.String(),
		Reasons: reasonsJSON(d.Change), Fields: []promptFieldJSON{}, Body: []promptSpanJSON{},
	}
	for _, f := range d.Fields {
		j := promptFieldJSON{Path: f.Path}
		if f.From != "" {
			j.From = &f.From
		}
		if f.To != "" {
			j.To = &f.To
		}
		doc.Fields = append(doc.Fields, j)
	}
	for _, s := range d.Body {
		doc.Body = append(doc.Body, promptSpanJSON(s))
	}
	return doc
}
