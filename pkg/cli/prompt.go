package cli

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func newPrompt(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prompt",
		Short: "Keep prompts as files with semantic versions",
		Long: `Keep prompts as files with semantic versions. A version is the file
prompts/NAME/vVERSION.md; a release never changes once it is locked; what a
change may break is checked.

A reference (REF) is one of
  name              the highest release, as name@latest
  name@1.2.0        exactly this version, prereleases too
  name@^1.2         the highest release in a range
  name@production   what a label points to
  name@git:main     the highest release of a git revision
  name@git:main:^1  any of the above in a git revision`,
		Example: `  llmops prompt list
  llmops prompt bump customer-support --pre rc      copy the latest to a draft
  llmops prompt diff customer-support@git:main customer-support@2.0.0-rc.1
  llmops prompt check && llmops prompt lint && llmops prompt lock`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(
		newPromptList(e), newPromptShow(e), newPromptVersions(e), newPromptLog(e), newPromptRender(e), newPromptDiff(e),
		newPromptNew(e), newPromptBump(e), newPromptCheck(e), newPromptLint(e),
		newPromptLock(e), newPromptVerify(e), newPromptPromote(e), newPromptRollback(e), newExperiment(e),
		newPromptImport(e), newPromptExport(e),
	)
	return cmd
}

// promptEditor opens the registry for writing.
func (e *env) promptEditor() (*prompt.Editor, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	ed, err := prompt.Edit(e.shortPath(cfg.Prompts))
	if err != nil {
		return nil, err
	}
	e.parts().onClose(ed.Close)
	return ed, nil
}

// newPromptEditor is promptEditor for a command that may begin a registry.
func (e *env) newPromptEditor() (*prompt.Editor, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(e.shortPath(cfg.Prompts), 0o755); err != nil { //nolint:gosec // prompts are for all who may read the project
		return nil, diag.Errorf("cannot make the prompt registry: %w", err)
	}
	return e.promptEditor()
}

// promptNames is the names that a command was given, or else all.
func promptNames(reg *prompt.Registry, args []string) ([]string, error) {
	if len(args) == 0 {
		return reg.Names()
	}
	for _, name := range args {
		if err := prompt.CheckName(name); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// jsonFlag declares --json.
func jsonFlag(cmd *cobra.Command, on *bool) {
	cmd.Flags().BoolVar(on, "json", false, "print as JSON")
}
