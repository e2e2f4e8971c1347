package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
)

type evalDeleteOptions struct{ yes, force bool }

func newEvalDelete(e *env) *cobra.Command {
	var o evalDeleteOptions
	cmd := &cobra.Command{
		Use:   "delete RUN...",
		Short: "Delete stored runs",
		Long: `Delete stored runs. Those that have a tag or are blessed as a baseline stay,
unless --force is given, and those that are still going on always.`,
		Example:           "  llmops eval delete 20260301-142233-a1b2c3 --yes",
		Args:              usageArgs(cobra.MinimumNArgs(1)),
		RunE:              func(_ *cobra.Command, args []string) error { return runEvalDelete(e, o, args) },
		ValidArgsFunction: e.completeRuns,
	}
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&o.force, "force", false, "delete runs with a tag and blessed ones, too")
	return cmd
}

func runEvalDelete(e *env, o evalDeleteOptions, names []string) error {
	var dirs []string
	var ids []string
	for _, name := range names {
		dir, info, err := e.findRun(name)
		if err != nil {
			return err
		}
		dirs, ids = append(dirs, dir), append(ids, info.ID)
	}
	if err := e.sure(o.yes, "delete "+strings.Join(ids, ", ")); err != nil {
		return err
	}
	for i, dir := range dirs {
		if err := eval.Delete(dir, o.force); err != nil {
			return err
		}
		if err := e.say("deleted run %s", ids[i]); err != nil {
			return err
		}
	}
	return nil
}

// sure asks on a terminal whether to do something that cannot be undone; elsewhere only yes will do.
func (e *env) sure(yes bool, what string) error {
	switch {
	case yes:
		return nil
	case !e.inTTY || !e.errTTY:
		return diag.Errorf("nobody can be asked whether to %s", what).WithHint("pass --yes")
	}
	_, _ = fmt.Fprintf(e.err, "%s? [y/N] ", what) // nowhere is left to report a failure to
	line, err := wait(e.done, "an answer", func() (string, error) { return bufio.NewReader(e.in).ReadString('\n') })
	if answer := strings.ToLower(strings.TrimSpace(line)); err != nil || answer != "y" && answer != "yes" {
		return errors.New("nothing was deleted")
	}
	return nil
}
