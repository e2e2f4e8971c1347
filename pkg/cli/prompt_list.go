package cli

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func newPromptList(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List prompts with their releases, labels and last eval score",
		Example: "  llmops prompt list --json",
		Long: `List prompts: the highest release, the highest prerelease above it, the labels,
when the file of the highest version was last written, and the first metric of
the last eval run of any version.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return runPromptList(e, asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

type promptListJSON struct {
	Schema  string            `json:"schema"`
	Prompts []promptEntryJSON `json:"prompts"`
}

type promptEntryJSON struct {
	Name     string            `json:"name"`
	Versions int               `json:"versions"`
	Latest   *string           `json:"latest"`     // null when there is no release
	Pre      *string           `json:"prerelease"` // null when none is above the latest release
	Labels   map[string]string `json:"labels"`
	Changed  *time.Time        `json:"changed"`
	Eval     *promptScoreJSON  `json:"eval"` // null when no version was run
}

// promptScoreJSON is the last eval run of a prompt.
type promptScoreJSON struct {
	Run     string              `json:"run"`
	Suite   string              `json:"suite"`
	Version string              `json:"version"`
	Model   string              `json:"model"`
	Ended   time.Time           `json:"ended"`
	Valid   bool                `json:"valid"`
	Metrics []eval.MetricResult `json:"metrics"`
}

// runPromptList prints what it could read and fails for the rest.
func runPromptList(e *env, asJSON bool) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	entries, listErr := reg.List()
	scores, err := e.lastScores()
	if err != nil {
		return err
	}
	out := promptListJSON{"llmops.prompt.list/v1", make([]promptEntryJSON, len(entries))}
	for i, entry := range entries {
		out.Prompts[i] = newPromptEntryJSON(entry, scores[entry.Name])
	}
	switch {
	case asJSON:
		err = writeJSON(e.out, out)
	case len(entries) == 0 && listErr == nil:
		e.info("the project has no prompts; `llmops prompt new NAME` makes one")
	case len(entries) > 0:
		err = e.printPrompts(out.Prompts)
	}
	if err != nil {
		return err
	}
	return listErr
}

func newPromptEntryJSON(entry prompt.Entry, score *promptScoreJSON) promptEntryJSON {
	j := promptEntryJSON{Name: entry.Name, Versions: entry.Versions, Labels: entry.Labels, Eval: score}
	if entry.Latest != "" {
		j.Latest = &entry.Latest
	}
	if entry.Pre != "" {
		j.Pre = &entry.Pre
	}
	if j.Labels == nil {
		j.Labels = map[string]string{}
	}
	if !entry.Changed.IsZero() {
		changed := entry.Changed.UTC().Truncate(time.Second)
		j.Changed = &changed
	}
	return j
}

// lastScores finds the last whole eval run of each prompt.
func (e *env) lastScores() (map[string]*promptScoreJSON, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	runs, err := eval.Runs(filepath.Join(cfg.State, "runs"))
	if err != nil {
		return nil, err
	}
	scores := map[string]*promptScoreJSON{}
	for _, r := range runs {
		if r.Prompt != nil && r.Prompt.Version != "" && r.Status == eval.StatusComplete && r.Totals != nil {
			scores[r.Prompt.Name] = &promptScoreJSON{r.ID, r.Suite, r.Prompt.Version, r.Model, r.Ended, r.Totals.Valid, r.Totals.Metrics}
		}
	}
	return scores, nil
}

func (e *env) printPrompts(prompts []promptEntryJSON) error {
	g := grid{header: []string{"prompt", "release", "prerelease", "labels", "changed", "last eval"}, left: 6}
	for _, p := range prompts {
		release, pre, changed := "–", "–", "–"
		if p.Latest != nil {
			release = *p.Latest
		}
		if p.Pre != nil {
			pre = *p.Pre
		}
		if p.Changed != nil {
			changed = p.Changed.Local().Format(time.DateOnly)
		}
		g.add(p.Name, release, pre, orNone(labelWords(p.Labels)), changed, p.Eval.words())
	}
	g.dropEmpty()
	flexible := []int{slices.Index(g.header, "labels"), slices.Index(g.header, "last eval"), 0}
	return e.fitted(&g, slices.DeleteFunc(flexible, func(c int) bool { return c < 0 })...)
}

// labelWords writes "production 1.2.0, staging 2.0.0-rc.1".
func labelWords(labels map[string]string) string {
	var words []string
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, label+" "+labels[label])
	}
	return strings.Join(words, ", ")
}

// words writes "intent 0.925 (1.2.0)".
func (s *promptScoreJSON) words() string {
	switch {
	case s == nil:
		return "–"
	case !s.Valid:
		return "not valid (" + s.Version + ")"
	case len(s.Metrics) == 0 || s.Metrics[0].Mean == nil:
		return "unscored (" + s.Version + ")"
	}
	return fmt.Sprintf("%s %.3f (%s)", s.Metrics[0].Name, *s.Metrics[0].Mean, s.Version)
}
