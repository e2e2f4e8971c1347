package prompt

import (
	"path"
	"strings"
	"time"
)

// Commit says when and by whom a version was added to git.
type Commit struct {
	Hash   string
	Author string
	Time   time.Time
}

// GitLog gives the commit that first added each version of a prompt, by version. dir is the registry's
// directory. A version that is not committed yet is not in the map; where there is no git the error says so.
func GitLog(dir, name string) (map[string]Commit, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	out, err := git(dir, nil, "log", "--diff-filter=A", "--name-only", "--no-renames", "--format=%x00%H%x1f%an%x1f%aI", "--", name)
	if err != nil {
		return nil, gitError("log", err)
	}
	commits := map[string]Commit{}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		head, files, _ := strings.Cut(entry, "\n")
		f := strings.Split(head, "\x1f")
		if len(f) != 3 {
			continue
		}
		c := Commit{Hash: f[0], Author: f[1]}
		c.Time, _ = time.Parse(time.RFC3339, f[2]) // git wrote it
		for file := range strings.Lines(files) {
			if version, ok := versionOf(path.Base(strings.TrimSpace(file))); ok {
				commits[version] = c // the log is newest first, so the first adding wins
			}
		}
	}
	return commits, nil
}
