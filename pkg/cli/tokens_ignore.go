package cli

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ignore tells which files git leaves out (gitignore(5)): by the .gitignore of each directory from the
// root of the work tree down, the deeper ones winning, and by .git/info/exclude. The user's own
// core.excludesFile is not read. Directories are entered from the top down.
type ignore struct {
	rules []ignoreRule // the last that fits decides
}

// ignoreRule is a line of such a file.
type ignoreRule struct {
	dir      string   // absolute; where the file is
	segments []string // of the pattern
	negated  bool
	dirOnly  bool
}

// newIgnore reads what applies to a directory from above it.
func newIgnore(root string) (*ignore, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	var above []string // directories above root, up to the work tree's root
	top := ""
	for dir := abs; ; dir = filepath.Dir(dir) {
		if dir != abs {
			above = append(above, dir)
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			top = dir
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	g := &ignore{}
	if top == "" { // no work tree: only what is below root counts
		return g, nil
	}
	if err := g.read(top, filepath.Join(top, ".git", "info", "exclude")); err != nil {
		return nil, err
	}
	for i := len(above) - 1; i >= 0; i-- {
		if err := g.enter(above[i]); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// enter reads a directory's own .gitignore.
func (g *ignore) enter(dir string) error { return g.read(dir, filepath.Join(dir, ".gitignore")) }

func (g *ignore) read(dir, file string) error {
	data, err := os.ReadFile(file) //nolint:gosec // its name is fixed
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || isDir(file) {
			return nil
		}
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		if r, ok := parseIgnore(strings.TrimRight(line, "\r\n")); ok {
			r.dir = dir
			g.rules = append(g.rules, r)
		}
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// parseIgnore reads a line; ok is false for one without a pattern.
func parseIgnore(line string) (r ignoreRule, ok bool) {
	if strings.HasPrefix(line, "#") {
		return r, false
	}
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	if rest, negated := strings.CutPrefix(line, "!"); negated {
		r.negated, line = true, rest
	}
	if rest, dirOnly := strings.CutSuffix(line, "/"); dirOnly {
		r.dirOnly, line = true, rest
	}
	if line == "" || line == "/" {
		return r, false
	}
	if !strings.Contains(line, "/") { // it fits at any depth
		line = "**/" + line
	}
	r.segments = strings.Split(strings.TrimPrefix(line, "/"), "/")
	return r, true
}

// has tells whether a path is left out. Its directories were asked about before.
func (g *ignore) has(name string, dir bool) bool {
	abs, err := filepath.Abs(name)
	if err != nil {
		return false
	}
	for i := len(g.rules) - 1; i >= 0; i-- {
		r := &g.rules[i]
		rel, below := strings.CutPrefix(abs, strings.TrimSuffix(r.dir, string(filepath.Separator))+string(filepath.Separator))
		if !below || r.dirOnly && !dir {
			continue
		}
		if matchSegments(r.segments, strings.Split(filepath.ToSlash(rel), "/")) {
			return !r.negated
		}
	}
	return false
}

// matchSegments matches a path with a pattern, segment by segment. A ** in front or in the middle stands
// for any number of directories, one at the end for everything below.
func matchSegments(pattern, name []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			if len(pattern) == 1 {
				return len(name) > 0
			}
			for i := range name {
				if matchSegments(pattern[1:], name[i:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 || !matchSegment(pattern[0], name[0]) {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return len(name) == 0
}

// matchSegment is fnmatch(3) for one segment: path.Match, whose classes are negated by ^ and not by !.
func matchSegment(pattern, name string) bool {
	ok, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), name)
	return err == nil && ok
}
