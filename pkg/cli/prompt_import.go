package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/guard"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

type promptImportOptions struct {
	from string
	name string
	json bool
}

func newPromptImport(e *env) *cobra.Command {
	var o promptImportOptions
	cmd := &cobra.Command{
		Use:   "import FILE|DIR",
		Short: "Take prompts over from dotprompt, text, Langfuse or MLflow",
		Long: `Take prompts over: a dotprompt file (.prompt), a text or Mustache file, a
directory of these, or the JSON that Langfuse and MLflow export. Variables are
declared as the text uses them. What could not be taken over is a warning. A
version that exists already is never overwritten: then nothing is written at
all.`,
		Example: `  llmops prompt import prompts-old/
  llmops prompt import langfuse.json --from langfuse
  llmops prompt import greeting.prompt --name greeting`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptImport(e, o, args[0])
		},
	}
	cmd.Flags().StringVar(&o.from, "from", "", "`KIND`: "+strings.Join(importKinds(), ", ")+"; found out when not given")
	cmd.Flags().StringVar(&o.name, "name", "", "`NAME` of the prompt, instead of the file's; for a file with one prompt")
	jsonFlag(cmd, &o.json)
	_ = cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(importKinds(), noFiles))
	return cmd
}

func importKinds() []string { return []string{"dotprompt", "text", "langfuse", "mlflow"} }

type promptImportedJSON struct {
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	File     string   `json:"file"`
	Labels   []string `json:"labels"` // that pointed to it where it came from
	Warnings []string `json:"warnings"`
}

func runPromptImport(e *env, o promptImportOptions, path string) error {
	if err := o.check(); err != nil {
		return err
	}
	found, err := e.readImports(o, path)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return diag.At(path, 0, 0, "holds nothing to import").WithHint("import takes .prompt, .txt, .mustache and .md files, and .json exports")
	}
	if err := warnOfSecrets(found); err != nil {
		return err
	}
	ed, err := e.newPromptEditor()
	if err != nil {
		return err
	}
	files, err := ed.Add(found...)
	if err != nil {
		return err
	}
	rows := make([]promptImportedJSON, len(found))
	for i, im := range found {
		rows[i] = promptImportedJSON{im.File.Name, im.File.Version, files[i], append([]string{}, im.Labels...), append([]string{}, im.Warnings...)}
	}
	return e.printImported(rows, o.json)
}

// warnOfSecrets adds a warning to what holds what looks like a key: prompts are committed.
func warnOfSecrets(found []*prompt.Imported) error {
	for _, im := range found {
		text, err := im.File.Bytes()
		if err != nil {
			return err
		}
		if n := len(guard.Secrets(string(text))); n > 0 {
			im.Warnings = append(im.Warnings, "holds what looks like "+plural(n, "key")+": llmops prompt lint "+im.File.Name)
		}
	}
	return nil
}

func (o *promptImportOptions) check() error {
	if o.name != "" {
		if err := prompt.CheckName(o.name); err != nil {
			return err
		}
	}
	for _, kind := range importKinds() {
		if o.from == "" || o.from == kind {
			return nil
		}
	}
	return diag.Errorf("--from %q is not a kind of import", o.from).WithHint("kinds are %s", strings.Join(importKinds(), ", "))
}

func (e *env) printImported(rows []promptImportedJSON, asJSON bool) error {
	if asJSON {
		return writeJSON(e.out, struct {
			Schema   string               `json:"schema"`
			Versions []promptImportedJSON `json:"versions"`
		}{"llmops.prompt.import/v1", rows})
	}
	for _, r := range rows {
		if err := e.say("%s", r.File); err != nil {
			return err
		}
		for _, w := range r.Warnings {
			e.notice("warning: %s: %s", r.File, e.indented(w, 4))
		}
		for _, label := range r.Labels {
			e.info("it was %s there: llmops prompt promote %s %s --to %s", label, r.Name, r.Version, label)
		}
	}
	return nil
}

// readImports reads the file or the directory. Nothing is imported when any of it is wrong.
func (e *env) readImports(o promptImportOptions, path string) ([]*prompt.Imported, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return importDir(o, path)
	}
	data, err := e.readInputFile("import", path)
	if err != nil {
		return nil, err
	}
	kind := o.from
	if kind == "" {
		if kind, err = importKind(path, data); err != nil {
			return nil, err
		}
	}
	return o.importAs(kind, path, data)
}

// importDir reads a directory, which is never left through a symbolic link.
func importDir(o promptImportOptions, path string) ([]*prompt.Imported, error) {
	if o.name != "" {
		return nil, diag.Errorf("--name names one prompt, %s is a directory", path)
	}
	if o.from == "langfuse" || o.from == "mlflow" {
		return nil, diag.Errorf("an export of %s is a file, %s is a directory", o.from, path)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, diag.Errorf("import: %w", err)
	}
	defer root.Close() //nolint:errcheck // only read from
	found, err := prompt.ImportDir(root.FS())
	var said *diag.Error
	if err != nil && !errors.As(err, &said) {
		return nil, diag.At(path, 0, 0, "cannot be imported: %w", err)
	}
	if err != nil {
		return nil, err
	}
	var out []*prompt.Imported
	for _, im := range found {
		if isDotprompt := filepath.Ext(im.File.Path) == ".prompt"; o.from == "" || isDotprompt == (o.from == "dotprompt") {
			out = append(out, im)
		}
	}
	return out, nil
}

func (o *promptImportOptions) importAs(kind, path string, data []byte) ([]*prompt.Imported, error) {
	name := o.name
	if name == "" {
		name = prompt.NameFrom(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	}
	if name == "" {
		return nil, diag.At(path, 0, 0, "no prompt name can be made of the file's").WithHint("add --name NAME")
	}
	var im *prompt.Imported
	var err error
	switch kind {
	case "langfuse":
		return o.renamed(prompt.ImportLangfuse(path, data))
	case "mlflow":
		return o.renamed(prompt.ImportMLflow(path, data))
	case "dotprompt":
		im, err = prompt.ImportDotprompt(path, name, data)
	default:
		im, err = prompt.ImportText(path, name, data)
	}
	if err != nil {
		return nil, err
	}
	return o.renamed([]*prompt.Imported{im}, nil)
}

// renamed gives what was imported the name of --name.
func (o *promptImportOptions) renamed(list []*prompt.Imported, err error) ([]*prompt.Imported, error) {
	if err != nil || o.name == "" {
		return list, err
	}
	for _, im := range list {
		if im.File.Name != list[0].File.Name {
			return nil, diag.Errorf("--name names one prompt, there are %s and %s", list[0].File.Name, im.File.Name)
		}
	}
	for _, im := range list {
		im.File.Name = o.name
	}
	return list, nil
}
