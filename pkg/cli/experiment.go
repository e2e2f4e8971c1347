package cli

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// newExperiment makes the group that stands both under prompt and by itself.
func newExperiment(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "experiment",
		Short: "Split a prompt's users over several of its versions",
		Long: `Split the units that use a prompt (users, conversations) over several of its
versions. Experiments stand in labels.yaml:

  experiments:
    tone:
      prompt: customer-support
      salt: spring
      variants: [{version: 1.0.0, weight: 90}, {version: 1.1.0, weight: 10}]

A call that names the prompt without a selector gets the variant of its unit.
The unit falls into one of 10,000 buckets (the first 8 bytes of
sha256(salt:experiment:unit), mod 10,000), which the weights share out in order,
so that widening a variant at the cost of the last one moves no unit that had it
already.`,
		Example: `  llmops experiment assign tone --unit user-42
  llmops experiment simulate tone -n 100000`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(newExperimentList(e), newExperimentAssign(e), newExperimentSimulate(e))
	return cmd
}

func newExperimentList(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List experiments and their variants",
		Example: "  llmops experiment list",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			reg, err := e.prompts()
			if err != nil {
				return err
			}
			labels, err := reg.Labels()
			if err != nil {
				return err
			}
			return e.printExperiments(labels, asJSON)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

type experimentJSON struct {
	Name     string        `json:"name"`
	Prompt   string        `json:"prompt"`
	Salt     string        `json:"salt"`
	Variants []variantJSON `json:"variants"`
}

type variantJSON struct {
	Version string  `json:"version"`
	Weight  float64 `json:"weight"`
	Share   float64 `json:"share"` // of the buckets
}

func newExperimentJSON(x *prompt.Experiment) experimentJSON {
	j := experimentJSON{x.Name, x.Prompt, x.Salt, []variantJSON{}}
	for i, s := range x.Simulate(0) {
		j.Variants = append(j.Variants, variantJSON{s.Version, x.Variants[i].Weight, s.Want})
	}
	return j
}

func (e *env) printExperiments(labels *prompt.Labels, asJSON bool) error {
	list := []experimentJSON{}
	for _, name := range slices.Sorted(maps.Keys(labels.Experiments)) {
		x := labels.Experiments[name]
		list = append(list, newExperimentJSON(&x))
	}
	if asJSON {
		return writeJSON(e.out, struct {
			Schema      string           `json:"schema"`
			Experiments []experimentJSON `json:"experiments"`
		}{"llmops.experiment.list/v1", list})
	}
	if len(list) == 0 {
		e.info("there are no experiments; `llmops experiment --help` shows how one is written")
		return nil
	}
	g := grid{header: []string{"experiment", "prompt", "version", "weight", "share"}, left: 3}
	for _, x := range list {
		for _, v := range x.Variants {
			g.add(x.Name, x.Prompt, v.Version, fmt.Sprint(v.Weight), shareWord(v.Share))
		}
	}
	return e.fitted(&g, 1, 0)
}

func shareWord(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }

// experiment finds an experiment by its name, with versions that exist.
func (e *env) experiment(name string) (*prompt.Experiment, error) {
	reg, err := e.prompts()
	if err != nil {
		return nil, err
	}
	labels, err := reg.Labels()
	if err != nil {
		return nil, err
	}
	x, err := labels.Experiment(name)
	if err != nil {
		return nil, err
	}
	for _, v := range x.Variants {
		if _, err := reg.ResolveVersion(x.Prompt, v.Version); err != nil {
			return nil, diag.Errorf("experiment %s: %w", name, err).WithHint("%s", diag.HintOf(err))
		}
	}
	return x, nil
}
