package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

type promptBumpOptions struct {
	major, minor, patch bool
	pre                 string
	auto                bool
	changelog           string
	json                bool
}

func newPromptBump(e *env) *cobra.Command {
	var o promptBumpOptions
	cmd := &cobra.Command{
		Use:   "bump REF",
		Short: "Copy a prompt to its next version, with the changelog line open",
		Long: `Copy a prompt version to the next one and open its changelog line. With --pre
alone the copy is a prerelease of the next patch; --major --pre rc makes one of
the next major version.

With --auto the draft (REF, or the highest version there is) is compared with
the last release, and the next version is the release that its changes demand:
  major   an input variable was added as required, removed or retyped, or old
          readers cannot read the output
  minor   an optional variable, a new output field, another model or settings
  patch   wording only`,
		Example: `  llmops prompt bump customer-support --pre rc
  llmops prompt bump customer-support --auto --changelog "Shorter answers"
  llmops prompt bump customer-support@1.1.0 --minor`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptBump(e, o, args[0])
		},
		ValidArgsFunction: e.completeRefs(1),
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.major, "major", false, "callers or readers must change")
	flags.BoolVar(&o.minor, "minor", false, "callers and readers go on as before")
	flags.BoolVar(&o.patch, "patch", false, "wording only")
	flags.StringVar(&o.pre, "pre", "", "make a prerelease of this `WORD`: rc, beta, alpha")
	flags.BoolVar(&o.auto, "auto", false, "choose by what the draft changes")
	flags.StringVar(&o.changelog, "changelog", "", "what the new version changes, in one `LINE`")
	jsonFlag(cmd, &o.json)
	return cmd
}

func (o *promptBumpOptions) options() (prompt.BumpOptions, error) {
	out := prompt.BumpOptions{Pre: o.pre, Auto: o.auto, Changelog: o.changelog}
	n := 0
	for level, on := range map[prompt.Level]bool{prompt.Major: o.major, prompt.Minor: o.minor, prompt.Patch: o.patch} {
		if on {
			out.Level = level
			n++
		}
	}
	switch {
	case n > 1:
		return out, diag.Errorf("--major, --minor and --patch exclude each other")
	case o.auto && (n > 0 || o.pre != ""):
		return out, diag.Errorf("--auto chooses the version: it goes with none of --major, --minor, --patch and --pre")
	case n == 0 && !o.auto && o.pre == "":
		return out, diag.Errorf("which version comes next?").WithHint("add --auto, --major, --minor, --patch or --pre rc")
	}
	return out, nil
}

type promptBumpJSON struct {
	Schema  string             `json:"schema"`
	Name    string             `json:"name"`
	From    string             `json:"from"`
	To      string             `json:"to"`
	File    string             `json:"file,omitempty"` // "" when nothing had to be written
	Level   string             `json:"level,omitempty"`
	Reasons []promptReasonJSON `json:"reasons,omitempty"`
}

// promptReasonJSON is one change between two versions.
type promptReasonJSON struct {
	Level   string `json:"level"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

func reasonsJSON(c prompt.Change) []promptReasonJSON {
	out := make([]promptReasonJSON, len(c.Reasons))
	for i, r := range c.Reasons {
		out[i] = promptReasonJSON{r.Level.String(), r.Subject, r.Text}
	}
	return out
}

func runPromptBump(e *env, o promptBumpOptions, ref string) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	ed, err := e.promptEditor()
	if err != nil {
		return err
	}
	b, err := ed.Bump(ref, options)
	if err != nil {
		return err
	}
	if o.json {
		doc := promptBumpJSON{Schema: "llmops.prompt.bump/v1", Name: b.Name, From: b.From, To: b.To, File: b.File, Reasons: reasonsJSON(b.Change)}
		if o.auto {
			doc.Level = b.Change.Level.String()
		}
		return writeJSON(e.out, doc)
	}
	if o.auto {
		if err := e.printPromptChange(b.Change); err != nil {
			return err
		}
	}
	if b.File == "" {
		return e.say("%s %s is right already", b.Name, b.From)
	}
	if err := e.say("%s %s → %s: %s", b.Name, b.From, b.To, b.File); err != nil {
		return err
	}
	if o.changelog == "" {
		e.info("its changelog line is open: say what the version changes")
	}
	if o.auto && !strings.Contains(b.From, "-") {
		draft := filepath.Join(filepath.Dir(b.File), "v"+b.From+".md")
		e.info("%s is still there, and `llmops prompt check` goes on refusing it: remove it if it is not published", draft)
	}
	return nil
}

// printPromptChange lists what changed, the gravest first.
func (e *env) printPromptChange(c prompt.Change) error {
	st := e.outStyle()
	for _, r := range c.Reasons {
		level := r.Level.String()
		paint := st.faint
		switch r.Level {
		case prompt.Major:
			paint = st.bad
		case prompt.Minor:
			paint = st.warn
		}
		if err := e.say("  %s  %s", paint(level), e.indented(r.String(), 9)); err != nil {
			return err
		}
	}
	return nil
}
