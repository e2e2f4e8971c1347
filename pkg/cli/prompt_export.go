package cli

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

type promptExportOptions struct {
	to  string
	out string
}

func newPromptExport(e *env) *cobra.Command {
	o := promptExportOptions{}
	cmd := &cobra.Command{
		Use:   "export REF --to dotprompt|json",
		Short: "Write a prompt version as dotprompt or JSON",
		Long: `Write a prompt version as dotprompt or as one JSON object (llmops.prompt/v1). A
dotprompt with partials is several files: name where they go with -o, a
directory, or a file that the partials are put beside. A file that is there is
replaced.`,
		Example: `  llmops prompt export customer-support@production --to json
  llmops prompt export customer-support --to dotprompt -o out/`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptExport(e, o, args[0])
		},
		ValidArgsFunction: e.completeRefs(1),
	}
	cmd.Flags().StringVar(&o.to, "to", "", "`FORM`: dotprompt or json; by the name of -o when not given")
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "`FILE` or directory instead of standard output")
	_ = cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions([]string{"dotprompt", "json"}, noFiles))
	return cmd
}

func runPromptExport(e *env, o promptExportOptions, ref string) error {
	if o.to == "" {
		o.to = map[string]string{".json": "json", ".prompt": "dotprompt"}[filepath.Ext(o.out)]
	}
	if o.to != "json" && o.to != "dotprompt" {
		return diag.Errorf("export to what? %q is not a form", o.to).WithHint("add --to dotprompt or --to json")
	}
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	v, err := reg.Resolve(ref)
	if err != nil {
		return err
	}
	exported, main, err := exportAs(v, o.to)
	if err != nil {
		return err
	}
	for _, w := range exported.Warnings {
		e.notice("warning: %s", w)
	}
	if o.out != "" {
		return e.writeExport(exported, main, o.out)
	}
	if len(exported.Files) > 1 {
		return diag.Errorf("%s has partials, so it is %s", v.Ref(), plural(len(exported.Files), "file")).WithHint("name a directory: -o out/")
	}
	_, err = e.out.Write(exported.Files[main])
	return err
}

// exportAs gives the files of an export and the name of the main one.
func exportAs(v *prompt.Version, form string) (*prompt.Exported, string, error) {
	if form == "dotprompt" {
		exported, err := prompt.ExportDotprompt(v)
		return exported, v.Name + ".prompt", err
	}
	data, err := prompt.ExportJSON(v)
	if err != nil {
		return nil, "", err
	}
	name := v.Name + ".json"
	return &prompt.Exported{Files: map[string][]byte{name: append(data, '\n')}}, name, nil
}

// writeExport writes the files into a directory, or the main one to a file and the others beside it.
func (e *env) writeExport(exported *prompt.Exported, main, out string) error {
	dir, mainName := out, main
	info, err := os.Stat(out)
	if isDir := err == nil && info.IsDir() || os.IsPathSeparator(out[len(out)-1]); !isDir {
		dir, mainName = filepath.Split(out)
	}
	if dir == "" {
		dir = "."
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // as the prompts themselves
		return diag.Errorf("export: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(exported.Files)) {
		path := filepath.Join(dir, name)
		if name == main {
			path = filepath.Join(dir, mainName)
		}
		if err := replaceWhole(path, exported.Files[name]); err != nil {
			return err
		}
		if err := e.say("%s", path); err != nil {
			return err
		}
	}
	return nil
}
