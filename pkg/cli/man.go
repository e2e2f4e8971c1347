package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/wholefile"
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
			date, err := config.SourceDate(e.environ, time.Now())
			if err != nil {
				return err
			}
			if err := os.MkdirAll(args[0], 0o750); err != nil {
				return err
			}
			if err := writeManPages(cmd.Root(), date, args[0]); err != nil {
				return err
			}
			e.info("manual pages are in %s", args[0])
			return nil
		},
	}
}

// writeManPages writes the page of a command and those of the commands below it.
func writeManPages(cmd *cobra.Command, date time.Time, dir string) error {
	for _, c := range cmd.Commands() {
		if !c.IsAvailableCommand() {
			continue
		}
		if err := writeManPages(c, date, dir); err != nil {
			return err
		}
	}
	return wholefile.Write(filepath.Join(dir, manName(cmd)+".1"), func(w io.Writer) error {
		_, err := io.WriteString(w, newManPage(cmd, date))
		return err
	})
}

// manName is the name that a command's page is found by: llmops-eval-run.
func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }
