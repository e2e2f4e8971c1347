package cli

import (
	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// completePrompts offers prompt names, and behind an @ versions and labels, wherever the reference stands.
func (e *env) completePrompts(cmd *cobra.Command, _ []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	return e.completeRefs(1)(cmd, nil, toComplete)
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
