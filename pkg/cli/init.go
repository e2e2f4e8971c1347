package cli

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

//go:embed all:scaffold
var scaffold embed.FS

func newInit(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Start a project: configuration, a prompt, a suite and a CI workflow",
		Long: `Start a project: llmops.yaml, a prompt with one version, a suite with recorded
sample answers and a GitHub workflow. Files that are there already are kept as
they are.`,
		Example: "  llmops init my-prompts\n  cd my-prompts && llmops eval run greeting",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return runInit(e, dir)
		},
	}
}

func runInit(e *env, dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return diag.Errorf("%s is a file; init needs a directory", dir)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return diag.Errorf("cannot make %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return diag.Errorf("cannot open %s: %w", dir, err)
	}
	defer root.Close() //nolint:errcheck // nothing is buffered in it
	files, err := fs.Sub(scaffold, "scaffold")
	if err != nil {
		return err
	}
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return e.place(root, files, path)
	})
	if err != nil {
		return err
	}
	next := "llmops eval run greeting"
	if dir != "." {
		next = "cd " + shellWord(dir) + " && " + next
	}
	e.info("\nnext: %s", next)
	return nil
}

// place writes one file of the scaffold unless something has its name.
func (e *env) place(root *os.Root, files fs.FS, path string) error {
	data, err := fs.ReadFile(files, path)
	if err != nil {
		return err
	}
	if err := root.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return diag.Errorf("cannot write %s: %w", path, err)
	}
	f, err := root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist):
		_, err = fmt.Fprintf(e.out, "kept     %s\n", path)
		return err
	case err != nil:
		return diag.Errorf("cannot write %s: %w", path, err)
	}
	if _, err = f.Write(data); err != nil {
		_ = f.Close()
		_ = root.Remove(path) // a half-written file is worse than none
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = fmt.Fprintf(e.out, "created  %s\n", path)
	return err
}
