package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

type promptLockOptions struct {
	prompt.LockOptions
	json bool
}

func newPromptLock(e *env) *cobra.Command {
	var o promptLockOptions
	cmd := &cobra.Command{
		Use:     "lock [NAME]...",
		Short:   "Publish releases: write their hashes into prompts.lock",
		Example: "  llmops prompt lock customer-support",
		Long: `Publish versions: write the sha256 of each release that is not there yet, and
of its partials, into prompts.lock. From then on it must not change, which
"llmops prompt verify" checks. Prereleases may change until they are locked with
--prereleases. A version that "llmops prompt check" finds too small for what it
changes is not locked, and then nothing is, unless --unchecked is given.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.Names = args
			}
			return runPromptLock(e, o)
		},
		ValidArgsFunction: e.completeNames(0),
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.Prereleases, "prereleases", false, "lock prereleases too")
	flags.BoolVar(&o.Replace, "replace", false, "take edited and removed versions as they are now: breaks the promise to their users")
	flags.BoolVar(&o.Unchecked, "unchecked", false, "lock versions that are too small for their changes, too")
	jsonFlag(cmd, &o.json)
	return cmd
}

type promptLockEntryJSON struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

func lockEntries(list []prompt.LockEntry) []promptLockEntryJSON {
	out := make([]promptLockEntryJSON, len(list))
	for i, l := range list {
		out[i] = promptLockEntryJSON{l.Name, l.Version, l.SHA256}
	}
	return out
}

func runPromptLock(e *env, o promptLockOptions) error {
	ed, err := e.promptEditor()
	if err != nil {
		return err
	}
	for _, name := range o.Names {
		if err := prompt.CheckName(name); err != nil {
			return err
		}
	}
	done, err := ed.Lock(o.LockOptions)
	if err != nil {
		return err
	}
	if o.json {
		return writeJSON(e.out, struct {
			Schema   string                `json:"schema"`
			Added    []promptLockEntryJSON `json:"added"`
			Dropped  []promptLockEntryJSON `json:"dropped"`
			Versions int                   `json:"versions"`
		}{"llmops.prompt.lock/v1", lockEntries(done.Added), lockEntries(done.Dropped), done.Versions})
	}
	for _, l := range done.Added {
		err = errors.Join(err, e.say("locked   %s %s  sha256:%.12s…", l.Name, l.Version, l.SHA256))
	}
	for _, l := range done.Dropped {
		err = errors.Join(err, e.say("dropped  %s %s", l.Name, l.Version))
	}
	e.info("%s in %s/prompts.lock", plural(done.Versions, "version"), ed.Dir)
	return err
}

func newPromptVerify(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "verify",
		Short:   "Fail where a published version was edited or removed",
		Example: "  llmops prompt verify",
		Long: `Compare every version in prompts.lock with its file. One that was edited or
removed is printed with both hashes, and the command ends with exit code 1.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return runPromptVerify(e, asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

type promptMismatchJSON struct {
	Name    string  `json:"name"`
	Version string  `json:"version"`
	Locked  string  `json:"locked_sha256"`
	Now     *string `json:"sha256"` // null when the file is gone
	Partial string  `json:"partial,omitempty"`
	Line    int     `json:"line"` // of prompts.lock
}

func runPromptVerify(e *env, asJSON bool) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	found, err := reg.Verify()
	switch {
	case err != nil && (found == nil || len(found.Mismatches) == 0):
		return err
	case err != nil: // a prompt whose versions are all gone may be no prompt at all
		e.notice("warning: %v", err)
	}
	if asJSON {
		doc := struct {
			Schema     string               `json:"schema"`
			Checked    int                  `json:"checked"`
			Mismatches []promptMismatchJSON `json:"mismatches"`
			Unlocked   []string             `json:"unlocked"`
		}{"llmops.prompt.verify/v1", found.Checked, []promptMismatchJSON{}, append([]string{}, found.Unlocked...)}
		for _, m := range found.Mismatches {
			j := promptMismatchJSON{Name: m.Name, Version: m.Version, Locked: m.Want, Partial: m.Partial, Line: m.Line}
			if m.Got != "" {
				j.Now = &m.Got
			}
			doc.Mismatches = append(doc.Mismatches, j)
		}
		if err := writeJSON(e.out, doc); err != nil {
			return err
		}
		return found.Err()
	}
	st := e.outStyle()
	for _, m := range found.Mismatches {
		if err := e.say("%s %s/prompts.lock:%d: %s", st.bad("broken"), reg.Dir, m.Line, m); err != nil {
			return err
		}
	}
	if n := len(found.Unlocked); n > 0 {
		more := ""
		if n > 5 {
			more = ", …"
		}
		e.info("%s not locked yet: %s%s", plural(n, "release"), strings.Join(found.Unlocked[:min(n, 5)], ", "), more)
	}
	if err := found.Err(); err != nil {
		return err
	}
	return e.say("%s %s as locked", st.good("ok"), plural(found.Checked, "version"))
}
