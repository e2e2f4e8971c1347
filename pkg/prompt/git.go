package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// GitFS gives the tree of a git revision as it is below dir, a directory of a work tree. It runs the git
// program, reads nothing of the work tree and changes nothing. A branch, a tag, a commit and whatever
// else git takes for one are revisions.
func GitFS(dir, revision string) (fs.FS, error) {
	prefix, err := git(dir, nil, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, gitError(revision, err).WithHint("references with git: need the prompts in a git repository, and the git program")
	}
	commit, err := git(dir, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return nil, unknownRevision(dir, revision)
	}
	below := strings.TrimSuffix(strings.TrimSuffix(string(prefix), "\n"), "/")
	tree := strings.TrimSpace(string(commit)) + ":" + below
	list, err := git(dir, nil, "ls-tree", "-r", "-z", "--full-tree", tree)
	if err != nil {
		return nil, diag.Errorf("git:%s: there is no %s in that revision", revision, path.Join(below, ".")).WithHint("the prompts may have been added later, or lain elsewhere")
	}
	g := newGitTree(dir)
	for entry := range strings.SplitSeq(string(list), "\x00") {
		meta, name, ok := strings.Cut(entry, "\t")
		f := strings.Fields(meta)
		if ok && len(f) == 3 && f[1] == "blob" { // a submodule is a commit
			g.add(name, f[2], f[0] == "120000")
		}
	}
	return g, nil
}

// GitCommit gives the id of the commit that a revision names in the repository of dir.
func GitCommit(dir, revision string) (string, error) {
	out, err := git(dir, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return "", unknownRevision(dir, revision)
	}
	return strings.TrimSpace(string(out)), nil
}

func unknownRevision(dir, revision string) error {
	e := diag.Errorf("git:%s: unknown revision", revision).WithHint("`git branch -a` and `git tag` list what there is")
	if out, err := git(dir, nil, "rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(string(out)) == "true" {
		e.Msg += " in this shallow clone"
		e.Advice = "fetch it: git fetch --unshallow --tags (in CI: check out with the full history)"
	}
	return e
}

func gitError(revision string, err error) *diag.Error {
	if errors.Is(err, exec.ErrNotFound) {
		return diag.Errorf("git:%s: the git program is not installed: %w", revision, err)
	}
	return diag.Errorf("git:%s: %w", revision, err)
}

// gitTime bounds one run of git, which reads local files only.
const gitTime = time.Minute

// git runs the git program in dir and gives what it printed.
func git(dir string, stdin []byte, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), gitTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-pager", "--literal-pathspecs"}, args...)...) //nolint:gosec // fixed commands; a revision follows --end-of-options
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	cmd.Stdin = bytes.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, err
		}
		line, _, _ := strings.Cut(strings.TrimSpace(errs.String()), "\n")
		return nil, fmt.Errorf("git %s: %s", args[0], strings.TrimPrefix(line, "fatal: "))
	}
	return out.Bytes(), nil
}
