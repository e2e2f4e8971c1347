package cli

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages into a directory",
		Long: `Write the manual pages into a directory, one for each command. Set
SOURCE_DATE_EPOCH for pages that are the same at every build.`,
		Example: "  llmops man ./manpages",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o750); err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			header := &doc.GenManHeader{Title: "LLMOPS", Section: "1", Source: "llmops " + version, Manual: "llmops"}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return err
			}
			e.info("manual pages are in %s", args[0])
			return nil
		},
	}
}
