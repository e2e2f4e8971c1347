package eval

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

const suiteName = "suite.yaml"

// Find loads a suite by its name under root ("evalsets"), or by the path of its directory or file. A
// name wins over a path of the same spelling.
func Find(root, nameOrPath string) (*Suite, error) {
	if nameOrPath == "" {
		return nil, diag.Errorf("no suite is named").WithHint("suites: %s", strings.Join(List(root), ", "))
	}
	if !filepath.IsAbs(nameOrPath) {
		named := filepath.Join(root, nameOrPath)
		if _, err := os.Lstat(filepath.Join(named, suiteName)); err == nil { // also one that cannot be read says so
			return Load(named)
		}
	}
	if _, err := os.Stat(nameOrPath); err == nil {
		return Load(nameOrPath)
	}
	if _, err := os.ReadDir(root); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, diag.At(root, 0, 0, "cannot be read: %w", errors.Unwrap(err))
	}
	err := diag.Errorf("no suite %q: neither in %s nor a path", nameOrPath, root)
	names := List(root)
	if near := diag.DidYouMean(nameOrPath, names); near != "" {
		return nil, err.WithHint("%s", near)
	}
	if len(names) == 0 {
		return nil, err.WithHint("`llmops init` makes a first suite")
	}
	return nil, err.WithHint("suites: %s", strings.Join(names, ", "))
}

// List names the suites under root, sorted. A root that does not exist has none.
func List(root string) []string {
	files, _ := filepath.Glob(filepath.Join(escapeGlob(root), "*", suiteName))
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = filepath.Base(filepath.Dir(f))
	}
	return names
}

func suiteFile(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", diag.At(path, 0, 0, "no such suite")
	case err != nil:
		return "", diag.At(path, 0, 0, "cannot be read: %w", errors.Unwrap(err))
	case !info.IsDir():
		return path, nil
	}
	file := filepath.Join(path, suiteName)
	info, err = os.Stat(file)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", diag.At(file, 0, 0, "cannot be read: %w", errors.Unwrap(err))
	case err != nil:
		return "", diag.At(path, 0, 0, "holds no %s", suiteName).WithHint("name a suite's directory or its %s", suiteName)
	case info.IsDir():
		return "", diag.At(file, 0, 0, "is a directory, not a file")
	}
	return file, nil
}

// escapeGlob makes a path match itself only.
func escapeGlob(path string) string {
	if filepath.Separator == '\\' {
		return path // Windows has no escapes in patterns
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
