package engine

import (
	"cmp"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// Experiments is what a Prompts may also be: it tells which experiment splits a prompt, nil for none, as
// *prompt.Registry does.
type Experiments interface {
	ExperimentOn(name string) (*prompt.Experiment, error)
}

// assigned gives the reference of the version that the call gets. A reference without a selector leaves
// the choice to an experiment on the prompt, where there is one: by the call's unit, else by its
// conversation, so that no version changes in the middle of one, else by the call's own id. The tenant is
// no unit: it may be many users, and is the same for all calls of a command line.
func assigned(prompts Prompts, call *Call) (string, error) {
	experiments, ok := prompts.(Experiments)
	if !ok || strings.Contains(call.Prompt, "@") {
		return call.Prompt, nil
	}
	e, err := experiments.ExperimentOn(call.Prompt)
	if e == nil || err != nil {
		return call.Prompt, err
	}
	call.Result.Experiment = e.Name
	return e.Prompt + "@" + e.Assign(cmp.Or(call.Unit, call.Conversation, call.Result.TraceID)), nil
}
