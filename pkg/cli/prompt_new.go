package cli

import (
	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func newPromptNew(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "new NAME",
		Short:   "Begin a prompt, at version 0.1.0",
		Example: "  llmops prompt new refund-letter",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptNew(e, args[0], asJSON)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func runPromptNew(e *env, name string, asJSON bool) error {
	if err := prompt.CheckName(name); err != nil {
		return err
	}
	ed, err := e.newPromptEditor()
	if err != nil {
		return err
	}
	file, err := ed.New(name)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(e.out, struct {
			Schema  string `json:"schema"`
			Name    string `json:"name"`
			Version string `json:"version"`
			File    string `json:"file"`
		}{"llmops.prompt.new/v1", name, "0.1.0", file})
	}
	if err := e.say("%s", file); err != nil {
		return err
	}
	e.info("edit it, then try it: llmops prompt render %s --var question=…", name)
	return nil
}
