package eval

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Checkout writes the suite as it is in a tree, such as prompt.GitFS gives of a revision, to a directory of
// its own below dest, and loads it from there. name is the suite's directory in the tree. Case files that
// the suite names outside of its directory come along where they are in the tree; committed baselines do not.
func Checkout(tree fs.FS, name, dest string) (*Suite, error) {
	root := filepath.Join(dest, filepath.FromSlash(name))
	if s, err := Load(root); err == nil { // a revision does not change, but what is beside the suite may not be there yet
		return s, s.extractOthers(tree, name, dest)
	}
	if _, err := fs.Stat(tree, path.Join(name, suiteName)); err != nil {
		return nil, diag.Errorf("there is no suite %s in that revision", name).WithHint("the suite may have been added later, or lain elsewhere")
	}
	err := fs.WalkDir(tree, name, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path.Base(file) == baselinesName:
			return fs.SkipDir
		case !d.Type().IsRegular() || path.Base(file) == suiteName:
			return nil
		}
		return extract(tree, file, dest)
	})
	if err != nil {
		return nil, err
	}
	if err := extract(tree, path.Join(name, suiteName), dest); err != nil { // last: with it the copy is whole
		return nil, err
	}
	s, err := Load(root)
	if err != nil {
		return nil, err
	}
	return s, s.extractOthers(tree, name, dest)
}

// extractOthers fetches the case files outside of the suite's directory.
func (s *Suite) extractOthers(tree fs.FS, name, dest string) error {
	for _, pattern := range s.Cases {
		at := path.Join(name, filepath.ToSlash(pattern))
		if filepath.IsAbs(pattern) || strings.HasPrefix(at, name+"/") {
			continue
		}
		files, err := fs.Glob(tree, at)
		if err != nil || !fs.ValidPath(at) {
			return diag.At(s.File, 0, 0, "cases: %s cannot be had from a git revision", pattern).WithHint("keep the cases in the suite's directory, or beside it")
		}
		for _, f := range files {
			if err := extract(tree, f, dest); err != nil {
				return err
			}
		}
	}
	return nil
}

func extract(tree fs.FS, file, dest string) error {
	data, err := fs.ReadFile(tree, file)
	if err != nil {
		return err
	}
	to := filepath.Join(dest, filepath.FromSlash(file))
	return errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), replaceFile(to, data)) //nolint:gosec // as readable as the project
}
