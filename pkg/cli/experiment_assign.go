package cli

import (
	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func newExperimentAssign(e *env) *cobra.Command {
	var unit string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "assign NAME --unit ID",
		Short:   "Print the version that a unit gets",
		Example: "  llmops experiment assign tone --unit user-42",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if unit == "" {
				return diag.Errorf("which unit?").WithHint("add --unit ID: a user, a conversation")
			}
			return runExperimentAssign(e, args[0], unit, asJSON)
		},
		ValidArgsFunction: e.completeExperiments,
	}
	cmd.Flags().StringVar(&unit, "unit", "", "`ID` of the user or conversation")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func runExperimentAssign(e *env, name, unit string, asJSON bool) error {
	x, err := e.experiment(name)
	if err != nil {
		return err
	}
	version := x.Assign(unit)
	if asJSON {
		return writeJSON(e.out, struct {
			Schema     string `json:"schema"`
			Experiment string `json:"experiment"`
			Unit       string `json:"unit"`
			Bucket     int    `json:"bucket"`
			Prompt     string `json:"prompt"`
			Version    string `json:"version"`
		}{"llmops.experiment.assign/v1", x.Name, unit, x.Bucket(unit), x.Prompt, version})
	}
	return e.say("%s@%s", x.Prompt, version)
}

// maxUnits bounds a simulation, which takes about 0.2 s for a million units.
const maxUnits = 100_000_000

func newExperimentSimulate(e *env) *cobra.Command {
	n := 100_000
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "simulate NAME",
		Short:   "Assign many made-up units and show the split",
		Example: "  llmops experiment simulate tone -n 100000",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if n < 1 || n > maxUnits {
				return diag.Errorf("-n %d is not from 1 to %d", n, maxUnits)
			}
			return runExperimentSimulate(e, args[0], n, asJSON)
		},
		ValidArgsFunction: e.completeExperiments,
	}
	cmd.Flags().IntVarP(&n, "units", "n", n, "how many units")
	jsonFlag(cmd, &asJSON)
	return cmd
}

type shareJSON struct {
	Version string  `json:"version"`
	Want    float64 `json:"want"`
	Units   int     `json:"units"`
	Got     float64 `json:"got"`
}

func runExperimentSimulate(e *env, name string, n int, asJSON bool) error {
	x, err := e.experiment(name)
	if err != nil {
		return err
	}
	shares := []shareJSON{}
	for _, s := range x.Simulate(n) {
		shares = append(shares, shareJSON(s))
	}
	if asJSON {
		return writeJSON(e.out, struct {
			Schema     string      `json:"schema"`
			Experiment string      `json:"experiment"`
			Prompt     string      `json:"prompt"`
			Units      int         `json:"units"`
			Variants   []shareJSON `json:"variants"`
		}{"llmops.experiment.simulate/v1", x.Name, x.Prompt, n, shares})
	}
	g := grid{header: []string{"version", "wanted", "got", "units"}, left: 1}
	for _, s := range shares {
		g.add(x.Prompt+"@"+s.Version, shareWord(s.Want), shareWord(s.Got), grouped(s.Units))
	}
	return g.print(e)
}
