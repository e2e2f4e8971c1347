package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func newPromptCheck(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "check [NAME]...",
		Short:   "Fail where a version is smaller than its changes demand",
		Example: "  llmops prompt check customer-support",
		Long: `Compare each version that is not locked with the last release before it, and
fail with exit code 1 where its number is smaller than its changes demand.
"llmops prompt bump --auto" chooses the right one.`,
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptCheck(e, args, asJSON)
		},
		ValidArgsFunction: e.completeNames(0),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

type promptCheckJSON struct {
	Name    string             `json:"name"`
	Version string             `json:"version"`
	OK      bool               `json:"ok"`
	Since   string             `json:"since,omitempty"` // the last release before it
	Level   string             `json:"level"`
	Demands string             `json:"demands,omitempty"` // the lowest version that the change may have
	Reasons []promptReasonJSON `json:"reasons"`
}

func runPromptCheck(e *env, args []string, asJSON bool) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	names, err := promptNames(reg, args)
	if err != nil {
		return err
	}
	checked := []prompt.Checked{}
	var errs []error
	for _, name := range names {
		list, err := reg.Check(name)
		checked = append(checked, list...)
		errs = append(errs, err)
	}
	if asJSON {
		err = writeJSON(e.out, newPromptChecks(checked))
	} else {
		err = e.printChecked(checked)
	}
	if err = errors.Join(append(errs, err)...); err != nil {
		return err
	}
	return checkVerdict(checked)
}

func newPromptChecks(checked []prompt.Checked) any {
	doc := struct {
		Schema   string            `json:"schema"`
		Versions []promptCheckJSON `json:"versions"`
	}{"llmops.prompt.check/v1", []promptCheckJSON{}}
	for _, c := range checked {
		doc.Versions = append(doc.Versions, promptCheckJSON{c.Name, c.Version, c.OK, c.Since, c.Change.Level.String(), c.Want, reasonsJSON(c.Change)})
	}
	return doc
}

func (e *env) printChecked(checked []prompt.Checked) error {
	st := e.outStyle()
	for _, c := range checked {
		var err error
		switch {
		case c.Since == "":
			err = e.say("%s    %s %s: the first release", st.good("ok"), c.Name, c.Version)
		case c.OK:
			err = e.say("%s    %s %s: %s since %s", st.good("ok"), c.Name, c.Version, changeWords(c.Change), c.Since)
		default:
			err = e.say("%s %s %s: %s since %s demands %s", st.bad("small"), c.Name, c.Version, changeWords(c.Change), c.Since, c.Want)
			err = errors.Join(err, e.printPromptChange(c.Change))
		}
		if err != nil {
			return err
		}
	}
	if len(checked) == 0 {
		e.info("every version is locked: there is nothing to check")
	}
	return nil
}

// changeWords writes "a major change".
func changeWords(c prompt.Change) string {
	if c.Level == prompt.None {
		return "no change"
	}
	return "a " + c.Level.String() + " change"
}

func checkVerdict(checked []prompt.Checked) error {
	small, first := 0, prompt.Checked{}
	for _, c := range checked {
		if !c.OK {
			if small++; small == 1 {
				first = c
			}
		}
	}
	switch {
	case small == 0:
		return nil
	case small == 1:
		return fmt.Errorf("%s %s is smaller than its changes demand: make it %s", first.Name, first.Version, first.Want)
	}
	return fmt.Errorf("%d versions are smaller than their changes demand", small)
}
