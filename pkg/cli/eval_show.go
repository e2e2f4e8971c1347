package cli

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

type evalShowOptions struct {
	failed bool
	cases  []string
	limit  int
	json   bool
}

func newEvalShow(e *env) *cobra.Command {
	var o evalShowOptions
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Show a stored run, or its failed cases with a word diff",
		Long: `Show a stored run: its metrics, or with --failed each answer that did not pass,
with what was expected, what came, and why. Words of the expected answer that
are missing and words that came instead are marked: in colour, or else as
[-missing-] and {+instead+}.`,
		Example: `  llmops eval show last --failed
  llmops eval show baseline --case refund-01`,
		Args:              usageArgs(cobra.ExactArgs(1)),
		RunE:              func(_ *cobra.Command, args []string) error { return runEvalShow(e, o, args[0]) },
		ValidArgsFunction: e.completeRuns,
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.failed, "failed", false, "show the answers that did not pass")
	flags.StringArrayVar(&o.cases, "case", nil, "show the answers to this case, `ID`; may be repeated")
	flags.IntVarP(&o.limit, "limit", "n", 0, "at most so many `ANSWERS`; 0 means all")
	jsonFlag(cmd, &o.json)
	return cmd
}

func runEvalShow(e *env, o evalShowOptions, name string) error {
	runs, err := e.storedRuns([]string{name})
	if err != nil {
		return err
	}
	run := runs[0]
	if !o.failed && len(o.cases) == 0 {
		if o.json {
			return writeJSON(e.out, run.Outcome.Result)
		}
		return e.printStored(runs)
	}
	shown, left, seen := []*eval.Record{}, 0, map[string]bool{}
	for rec, err := range eval.Records(run.Outcome.Dir) {
		if err != nil {
			return err
		}
		seen[rec.Case] = true
		switch {
		case len(o.cases) > 0 && !slices.Contains(o.cases, rec.Case), o.failed && rec.Passed():
		case o.limit > 0 && len(shown) >= o.limit:
			left++
		default:
			shown = append(shown, rec)
		}
	}
	for _, id := range o.cases {
		if !seen[id] {
			return diag.Errorf("run %s has no case %q", run.Outcome.Info.ID, id).WithHint("%s", diag.DidYouMean(id, slices.Sorted(maps.Keys(seen))))
		}
	}
	if o.json {
		return writeJSON(e.out, struct {
			Schema string         `json:"schema"`
			Run    string         `json:"run"`
			Cases  []*eval.Record `json:"cases"`
			Left   int            `json:"left_out"`
		}{"llmops.eval.cases/v1", run.Outcome.Info.ID, shown, left})
	}
	if len(shown) == 0 {
		e.info("every answer of run %s passed", run.Outcome.Info.ID)
	}
	for i, rec := range shown {
		if i > 0 {
			if err := e.say(""); err != nil {
				return err
			}
		}
		if err := e.printAnswer(rec); err != nil {
			return err
		}
	}
	if left > 0 {
		e.info("%s left out", plural(left, "answer"))
	}
	return nil
}

// printAnswer shows one answer: expected, got, and what each metric says.
func (e *env) printAnswer(r *eval.Record) error {
	st := e.outStyle()
	mark := st.bad("✗")
	if r.Passed() {
		mark = st.good("✓")
	}
	id := termsafe.Line(r.Case)
	if r.Repeat > 0 {
		id += ", repeat " + grouped(r.Repeat+1)
	}
	lines := []string{mark + " " + id}
	add := func(name, text string) { lines = append(lines, e.labelled(name, text)) }
	expected := expectedText(r.Expected)
	if len(r.Expected) > 0 {
		add("expected", e.shownText(expected))
	}
	switch {
	case r.Output != "" || r.Error == nil:
		add("got", e.shownText(r.Output))
		if len(r.Expected) > 0 && expected != r.Output && r.Output != "" {
			add("diff", e.wordDiff(expected, r.Output))
		}
	}
	if in := r.StandIn.String(); in != "" {
		add("by", termsafe.Line(in))
	}
	if r.Error != nil {
		add("error", termsafe.Line(r.Error.Type+": "+r.Error.Message))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Scores)) {
		switch s := r.Scores[name]; {
		case s.Unscored != "":
			add("why", termsafe.Line(name)+" is unscored: "+termsafe.Line(s.Unscored))
		case !s.Pass:
			add("why", termsafe.Line(name)+": "+termsafe.Line(s.Why))
		}
	}
	return e.say("%s", strings.Join(lines, "\n"))
}

// labelled writes a name and a text of any number of lines, which are indented alike and broken between words where
// they are too long for a terminal.
func (e *env) labelled(name, text string) string {
	const indent = "            "
	if text == "" {
		text = "(nothing)"
	}
	if e.narrow() {
		text = ansi.Wrap(text, max(20, e.width()-len(indent)), "")
	}
	label := "  " + name + indent[min(len(indent)-1, len(name)+2):]
	return e.outStyle().faint(label) + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+indent)
}

// expectedText is the expected answer; of several, the first.
func expectedText(raw json.RawMessage) string {
	var one string
	var list []json.RawMessage
	switch {
	case json.Unmarshal(raw, &one) == nil:
		return one
	case json.Unmarshal(raw, &list) == nil && len(list) > 0:
		return expectedText(list[0])
	}
	return string(raw)
}

// wordDiff shows how one text becomes the other.
func (e *env) wordDiff(from, to string) string {
	var out []string
	for _, l := range diffLines(prompt.DiffText(from, to)) {
		out = append(out, e.diffLine(l))
	}
	return strings.Join(out, "\n")
}
