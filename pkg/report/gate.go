package report

import (
	"fmt"
	"io"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
	prompts "github.com/llmops-toolkit/llmops/pkg/prompt"
)

// Gate is a comparison of two runs, with what is shown of it.
type Gate struct {
	Result              *gate.Result
	Suite               string
	Baseline, Candidate eval.Info
	Cases               []GateCase // that changed, of each kind the first ones
}

// GateCase is a case that changed, with its answers on both sides; nil where there is none.
type GateCase struct {
	ID                  string
	Kind                string // as GateKind.Name
	Baseline, Candidate *eval.Record
	Diff                []prompts.Span // of the two outputs
}

// GateKind is what became of some cases.
type GateKind struct {
	Name  string // "BROKEN"
	Says  string // what that means
	Cases []string
}

// GateKinds lists the cases that changed, the worst first. Kinds without a case are left out.
func GateKinds(r *gate.Result) []GateKind {
	var list []GateKind
	for _, k := range []GateKind{
		{"BROKEN", "passed before, and fails again and again now", r.Broken},
		{"UNCONFIRMED", "failed once, and was not asked again often enough", r.Unconfirmed},
		{"FLAKY", "failed once, and passes when asked again", r.Flaky},
		{"DRIFT", "fails with the baseline too by now", r.Drift},
		{"FIXED", "failed before, and passes again and again now", r.Fixed},
	} {
		if len(k.Cases) > 0 {
			list = append(list, k)
		}
	}
	return list
}

// warnings are the result's but for those on what answers take, which have lines of their own.
func (g Gate) warnings() []string {
	return slices.DeleteFunc(slices.Clone(g.Result.Warnings), func(w string) bool {
		return slices.ContainsFunc(g.Result.Usage, func(u gate.Growth) bool { return u.Verdict != gate.OK && u.String() == w })
	})
}

// names are how the two sides are called: by the versions of one prompt, with the first digits of its hash where one
// version stands for two texts, else by tag or id.
func (g Gate) names() (candidate, baseline string) {
	a, b := g.Baseline.Prompt, g.Candidate.Prompt
	if a != nil && b != nil && a.Name == b.Name && a.Version != "" && b.Version != "" && *a != *b {
		if a.Version == b.Version {
			return edition(b), edition(a)
		}
		return "v" + b.Version, "v" + a.Version
	}
	candidate, baseline = g.Candidate.Tag, g.Result.Baseline
	if candidate == "" {
		candidate = g.Candidate.ID
	}
	return candidate, baseline
}

// edition tells a text from another one of its version: "v1.0.0 (3fa9c1d2)".
func edition(p *eval.PromptID) string { return fmt.Sprintf("v%s (%.8s)", p.Version, p.SHA256) }

// subject is what the comparison is of: the prompt whose versions are compared, else the suite.
func (g Gate) subject() string {
	a, b := g.Baseline.Prompt, g.Candidate.Prompt
	if a != nil && b != nil && a.Name == b.Name && b.Version != "" {
		return "prompt-" + b.Name
	}
	return g.Suite
}

// GateSchema names the JSON form of a comparison.
const GateSchema = "llmops.eval.diff/v1"

// GateJSON writes the comparison as `eval diff --json` prints it.
func GateJSON(w io.Writer, g Gate) error {
	return JSON(w, struct {
		Schema   string       `json:"schema"`
		Run      eval.RunID   `json:"run"`
		Baseline eval.RunID   `json:"baseline_run"`
		Cases    int          `json:"cases"`
		Gate     *gate.Result `json:"gate"`
	}{GateSchema, g.Candidate.RunID(), g.Baseline.RunID(), g.Result.Cases, g.Result})
}
