package cli

import (
	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// completePrompts offers prompt names, and behind an @ the versions.
func (e *env) completePrompts(_ *cobra.Command, _ []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	reg, err := e.prompts()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	name, at := cutRef(toComplete)
	if !at {
		names, _ := reg.Names()
		return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	versions, err := reg.Versions(name)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	for i, v := range versions {
		versions[i] = name + "@" + v
	}
	return versions, cobra.ShellCompDirectiveNoFileComp
}

func cutRef(ref string) (name string, at bool) {
	for i := range ref {
		if ref[i] == '@' {
			return ref[:i], true
		}
	}
	return ref, false
}

func (e *env) completeSuites(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	cfg, err := e.config()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return eval.List(cfg.Evalsets), cobra.ShellCompDirectiveDefault
}
