package score

import (
	"embed"
	"errors"
	"io/fs"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

//go:embed judges
var judges embed.FS

// BuiltinPrefix stands before the name of a prompt that comes with the program: "llmops/judge-rubric@^1".
const BuiltinPrefix = "llmops/"

// BuiltinPrompts is a registry of the judges' prompts that come with the program. One that is copied into a
// project's own registry under its name is used instead of it.
func BuiltinPrompts() *prompt.Registry {
	files, err := fs.Sub(judges, "judges")
	if err != nil {
		panic(err) // only for a name that is no path
	}
	r := prompt.Open(files)
	r.Dir = "llmops"
	return r
}

// Prompts finds prompt versions, as *prompt.Registry does.
type Prompts interface {
	Resolve(ref string) (*prompt.Version, error)
}

// FindPrompt resolves the reference of a judge's prompt: "llmops/NAME…" is one that comes with the program, any
// other is the registry's, or one that comes with the program where the registry has none of that name. reg may be nil.
// A prompt that neither has is a *diag.Error with the closest names.
func FindPrompt(reg Prompts, ref string) (*prompt.Version, error) {
	builtin := BuiltinPrompts()
	if name, ok := strings.CutPrefix(ref, BuiltinPrefix); ok {
		return builtin.Resolve(name)
	}
	if reg == nil {
		return builtin.Resolve(ref)
	}
	v, err := reg.Resolve(ref)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return v, err
	}
	if v, err := builtin.Resolve(ref); err == nil {
		return v, nil
	}
	return nil, missing(ref, err)
}

// missing adds the names of the judges that come with the program to an error about a prompt that there is not.
func missing(ref string, err error) error {
	name, _, _ := strings.Cut(ref, "@")
	names, _ := BuiltinPrompts().Names() // embedded, so that it cannot fail
	hint := diag.DidYouMean(name, names)
	if own := diag.HintOf(err); hint == "" && strings.HasPrefix(own, "did you mean") {
		hint = own
	}
	if hint != "" {
		hint += " "
	}
	return diag.Errorf("judge prompt: %w", err).
		WithHint("%s`llmops prompt new %s` makes one, `llmops eval judge prompts` lists those that are there already", hint, name)
}
