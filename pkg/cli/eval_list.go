package cli

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

type evalListOptions struct {
	suite string
	tag   string
	limit int
	json  bool
}

func newEvalList(e *env) *cobra.Command {
	var o evalListOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List stored runs, the newest first",
		Long: `List stored runs, the newest first: what was run, how it ended and its first
metric. A run is named elsewhere by its id, the beginning of it, its tag, or
"last".`,
		Example: `  llmops eval list
  llmops eval list --suite customer-support --json`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return runEvalList(e, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.suite, "suite", "", "only runs of this `SUITE`")
	flags.StringVar(&o.tag, "tag", "", "only runs with this `TAG`")
	flags.IntVarP(&o.limit, "limit", "n", 0, "at most so many `RUNS`; 0 means all")
	jsonFlag(cmd, &o.json)
	return cmd
}

type evalListJSON struct {
	Schema string      `json:"schema"`
	Runs   []eval.Info `json:"runs"`
}

func runEvalList(e *env, o evalListOptions) error {
	root, err := e.runsRoot()
	if err != nil {
		return err
	}
	runs, err := eval.Runs(root)
	if err != nil {
		return err
	}
	runs = slices.DeleteFunc(runs, func(i eval.Info) bool { return o.suite != "" && i.Suite != o.suite || o.tag != "" && i.Tag != o.tag })
	slices.SortStableFunc(runs, func(a, b eval.Info) int { return b.Started.Compare(a.Started) })
	if o.limit > 0 && len(runs) > o.limit {
		runs = runs[:o.limit]
	}
	switch {
	case o.json:
		return writeJSON(e.out, evalListJSON{"llmops.eval.list/v1", append([]eval.Info{}, runs...)})
	case len(runs) == 0:
		e.info("no run fits; `llmops eval run SUITE` makes one")
		return nil
	}
	g := grid{header: []string{"run", "suite", "tag", "prompt", "model", "status", "metric", "when"}, left: 8}
	for _, r := range runs {
		g.add(r.ID, r.Suite, orNone(r.Tag), promptWord(r.Prompt), orNone(r.Model), statusWord(r), firstMetric(r.Totals), r.Started.Local().Format(time.DateOnly))
	}
	g.dropEmpty()
	var flexible []int
	for _, name := range []string{"when", "model", "prompt", "suite", "metric", "tag"} {
		if c := slices.Index(g.header, name); c >= 0 {
			flexible = append(flexible, c)
		}
	}
	return e.fitted(&g, flexible...)
}

// runsRoot is where runs are kept.
func (e *env) runsRoot() (string, error) {
	cfg, err := e.config()
	if err != nil {
		return "", err
	}
	return filepath.Join(e.shortPath(cfg.State), "runs"), nil
}

// findRun gives the directory and the record of a run by its name.
func (e *env) findRun(name string) (dir string, info eval.Info, err error) {
	root, err := e.runsRoot()
	if err != nil {
		return "", info, err
	}
	if dir, err = eval.FindRun(root, name); err != nil {
		return "", info, err
	}
	info, err = eval.ReadInfo(dir)
	return dir, info, err
}

func promptWord(p *eval.PromptID) string {
	switch {
	case p == nil:
		return "–"
	case p.Version == "":
		return p.Name
	}
	return p.Name + "@" + p.Version
}

// statusWord tells how a run ended: in one word, what is wrong with it where something is.
func statusWord(r eval.Info) string {
	switch {
	case r.Status != eval.StatusComplete:
		return string(r.Status)
	case r.Totals != nil && !r.Totals.Valid:
		return "not valid"
	case r.Totals != nil && r.Totals.Errors > 0:
		return strconv.Itoa(r.Totals.Errors) + " failed"
	}
	return "complete"
}

func firstMetric(r *eval.Result) string {
	if r == nil || len(r.Metrics) == 0 {
		return "–"
	}
	m := r.Metrics[0]
	return strings.TrimSpace(m.Name + " " + cmp.Or(meanWord(&m), "–"))
}
