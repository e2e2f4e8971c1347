package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// textFile is a file to count. named tells that the user wrote its name, and not only a directory's.
type textFile struct {
	path  string
	named bool
}

func (f textFile) shown() string {
	if f.path == "-" {
		return "standard input"
	}
	return f.path
}

// expand finds the files that arguments mean: a file, "-", the files below a directory, or those that a
// glob fits where the shell left it alone. ** stands for directories at any depth.
func (e *env) expand(args []string) ([]textFile, error) {
	var files []textFile
	for _, arg := range args {
		if arg == "-" {
			files = append(files, textFile{arg, true})
			continue
		}
		info, err := os.Stat(arg)
		var found []textFile
		switch {
		case err == nil && info.IsDir():
			found, err = e.walk(arg, nil)
		case err == nil:
			found = []textFile{{arg, true}}
		case strings.ContainsAny(arg, "*?["):
			found, err = e.glob(arg)
		case errors.Is(err, fs.ErrNotExist):
			err = noTextFile(arg)
		default:
			err = diag.Errorf("%w", err)
		}
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	return files, nil
}

// noTextFile says that a file is missing, and what else was perhaps meant.
func noTextFile(arg string) error {
	e := diag.Errorf("there is no file %s", arg)
	if near := diag.DidYouMean(filepath.Base(arg), siblings(arg)); near != "" {
		return e.WithHint("%s", near)
	}
	return e.WithHint("a text itself comes on standard input: echo \"Hello\" | llmops tokens")
}

// siblings lists the names in a missing file's directory.
func siblings(path string) (names []string) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// glob walks the directory above a pattern's first special character, and takes what fits. As in a
// directory, what .gitignore leaves out is left out.
func (e *env) glob(pattern string) ([]textFile, error) {
	slashed := filepath.ToSlash(filepath.Clean(pattern))
	root := slashed[:strings.IndexAny(slashed, "*?[")]
	root = root[:strings.LastIndexByte(root, '/')+1]
	if root == "" {
		root = "."
	}
	var files []textFile
	if _, err := os.Stat(root); err == nil {
		segments := strings.Split(slashed, "/")
		if files, err = e.walk(filepath.FromSlash(root), segments); err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, diag.Errorf("no file fits %s", pattern)
	}
	return files, nil
}

// walk lists the files below a directory in the order of their names, without those that git ignores,
// without .git, without symbolic links and without what a prompt registry keeps beside its prompts. fits, when not nil, are the segments of a pattern.
func (e *env) walk(root string, fits []string) ([]textFile, error) {
	var files []textFile
	ignored, err := newIgnore(root)
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && path == root:
			return diag.Errorf("%w", err)
		case err != nil:
			e.notice("warning: %v", err)
			return nil
		case path == root:
			return ignored.enter(path)
		case entry.IsDir() && (entry.Name() == ".git" || ignored.has(path, true)):
			return fs.SkipDir
		case entry.IsDir():
			return ignored.enter(path)
		case !entry.Type().IsRegular() || ignored.has(path, false) || e.isRecord(path):
			return nil
		case fits == nil || matchSegments(fits, strings.Split(filepath.ToSlash(path), "/")):
			files = append(files, textFile{path: path})
		}
		return nil
	})
	return files, err
}

// isRecord tells whether a file is the lock or the labels of the project's registry: they are no texts for a
// model. Without a configuration that can be read there is no registry.
func (e *env) isRecord(path string) bool {
	if !slices.Contains(prompt.Records(), filepath.Base(path)) {
		return false
	}
	cfg, err := e.config()
	if err != nil {
		return false
	}
	abs, err := filepath.Abs(filepath.Dir(path))
	return err == nil && abs == filepath.Clean(cfg.Prompts)
}
