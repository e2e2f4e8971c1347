package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// completion is what cobra asks for the words that may come next.
type completion = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

const noFiles = cobra.ShellCompDirectiveNoFileComp

// completeNames offers prompt names, for at most n arguments; 0 means any number.
func (e *env) completeNames(n int) completion {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		reg, err := e.prompts()
		if err != nil || n > 0 && len(args) >= n {
			return nil, noFiles
		}
		names, _ := reg.Names()
		return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(args, name) }), noFiles
	}
}

// completeRefs offers prompt names, and behind an @ the labels and the versions, for at most n arguments.
func (e *env) completeRefs(n int) completion {
	return func(_ *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		reg, err := e.prompts()
		if err != nil || len(args) >= n {
			return nil, noFiles
		}
		name, at := cutRef(toComplete)
		if !at {
			names, _ := reg.Names()
			return names, noFiles | cobra.ShellCompDirectiveNoSpace
		}
		var refs []string
		for _, s := range selectors(reg, name) {
			refs = append(refs, name+"@"+s)
		}
		return refs, noFiles | cobra.ShellCompDirectiveKeepOrder
	}
}

// completeSelectors offers the labels and the versions of the prompt that the first argument names.
func (e *env) completeSelectors(_ *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return e.completeNames(1)(nil, args, toComplete)
	}
	reg, err := e.prompts()
	if err != nil || len(args) > 1 {
		return nil, noFiles
	}
	return selectors(reg, args[0]), noFiles | cobra.ShellCompDirectiveKeepOrder
}

// selectors lists what may stand behind name@, each with a note for the shell.
func selectors(reg *prompt.Registry, name string) []string {
	var out []string
	if labels, err := reg.Labels(); err == nil {
		of := labels.Of[name]
		for _, label := range slices.Sorted(maps.Keys(of)) {
			out = append(out, label+"\t"+of[label])
		}
	}
	versions, err := reg.Versions(name)
	if err != nil {
		return out
	}
	return append(append(out, versions...), prompt.Latest+"\tthe highest release")
}

// completeLabels offers the labels that the registry has.
func (e *env) completeLabels(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	reg, err := e.prompts()
	if err != nil {
		return nil, noFiles
	}
	labels, err := reg.Labels()
	if err != nil {
		return nil, noFiles
	}
	seen := map[string]bool{}
	for _, l := range labels.Protected {
		seen[l] = true
	}
	for name, of := range labels.Of {
		for l := range of {
			seen[l] = seen[l] || len(args) == 0 || args[0] == name
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(seen)), func(l string) bool { return !seen[l] }), noFiles
}

// completeExperiments offers the names of experiments.
func (e *env) completeExperiments(_ *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	reg, err := e.prompts()
	if err != nil || len(args) > 0 {
		return nil, noFiles
	}
	labels, err := reg.Labels()
	if err != nil {
		return nil, noFiles
	}
	names := slices.Sorted(maps.Keys(labels.Experiments))
	return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, toComplete) }), noFiles
}
