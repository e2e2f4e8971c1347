// Package prompt keeps prompts as files with semantic versions: a version is a file, a release is
// immutable once locked, and what a change may break is checked as a language's package tools do.
//
// A registry reads any fs.FS: a directory, the tree of a git revision, an embedded set.
//
//	reg := prompt.Open(os.DirFS("prompts"))
//	v, err := reg.Resolve("customer-support@^1.2")
//	messages, err := v.Render(map[string]any{"question": "Where is my order?"})
//
// OpenDir opens a directory that is never left, not even through a symbolic link, and whose git
// revisions can be asked for as well; Edit opens it for writing.
//
// A version is a Markdown file <name>/v<version>.md with front matter (see File) and a body in Mustache.
// The lines {{role "system"}}, {{role "user"}} and {{role "assistant"}} of the body open its messages;
// they are found in the source before anything is rendered, so that no variable can open one.
package prompt

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Registry finds prompt versions. It is safe for concurrent use; its fields are set before that.
type Registry struct {
	// Dir stands before file names in errors: "prompts". "" leaves them as they are in the fs.FS.
	Dir string
	// Git opens the same registry at a git revision, for references such as name@git:main. nil means
	// that there is no git.
	Git func(revision string) (fs.FS, error)

	fsys fs.FS
	root *os.Root // of OpenDir, closed by Close

	mu       sync.Mutex // guards what follows
	parsed   map[string]*File
	kept     map[string]*unchanged // by path
	git      map[string]*Registry
	lock     []byte // prompts.lock as it was last read
	lockInfo fs.FileInfo

	lockParsed *Lock
	lockFrom   *byte // the first byte of the text that lockParsed was made of

	labels     *Labels // as ExperimentOn last read them
	labelsInfo fs.FileInfo
}

// Open makes a Registry of a tree that holds <name>/v<version>.md. It reads nothing yet.
func Open(fsys fs.FS) *Registry { return &Registry{fsys: fsys} }

// OpenDir opens a directory as a Registry. Links that lead out of it are refused. Close it after use.
func OpenDir(dir string) (*Registry, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, diag.Errorf("open prompt registry: %w", err).WithHint("prompts live in a directory, one subdirectory a prompt; `llmops init` makes one")
	}
	r := Open(root.FS())
	r.Dir, r.root = filepath.ToSlash(dir), root
	r.Git = func(revision string) (fs.FS, error) { return GitFS(dir, revision) }
	return r, nil
}

// Close releases what OpenDir opened. A Registry of Open needs no Close.
func (r *Registry) Close() error {
	if r.root == nil {
		return nil
	}
	return r.root.Close()
}

// Resolve finds the version that a reference means and reads it with its partials; no other file is
// parsed. See ParseRef for references. Errors about the reference or the files are *diag.Error.
func (r *Registry) Resolve(ref string) (*Version, error) {
	p, err := ParseRef(ref)
	if err != nil {
		return nil, err
	}
	return r.ResolveRef(p)
}

// ResolveRef is Resolve for a parsed reference.
func (r *Registry) ResolveRef(ref Ref) (*Version, error) {
	at := r
	if ref.Git != "" {
		var err error
		if at, err = r.atRevision(ref.Git); err != nil {
			return nil, err
		}
	}
	v, err := at.find(ref)
	if err != nil {
		return nil, err
	}
	return at.load(ref.Name, v, nil)
}

// ResolveVersion reads exactly this version of a prompt.
func (r *Registry) ResolveVersion(name, version string) (*Version, error) {
	v, err := semver.StrictNewVersion(version)
	if err != nil {
		return nil, diag.Errorf("prompt %s: %.40q is not a semantic version", name, version).WithHint("versions look like 1.2.0 or 2.0.0-rc.1")
	}
	return r.ResolveRef(Ref{Name: name, exact: v})
}

// atRevision gives the registry as it was at a git revision. Each revision is opened once.
func (r *Registry) atRevision(revision string) (*Registry, error) {
	if r.Git == nil {
		return nil, diag.Errorf("git:%s: this prompt registry has no git repository", revision)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := r.git[revision]; at != nil {
		return at, nil
	}
	fsys, err := r.Git(revision)
	if err != nil {
		return nil, err
	}
	at := Open(fsys)
	at.Dir = revision + ":" + r.Dir
	if r.git == nil {
		r.git = map[string]*Registry{}
	}
	r.git[revision] = at
	return at, nil
}

// shown is how a file is called in errors.
func (r *Registry) shown(file string) string { return path.Join(r.Dir, file) }

// fileError words why a file of the registry cannot be read.
func (r *Registry) fileError(file string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	e := diag.At(r.shown(file), 0, 0, "cannot be read: %w", err)
	if err.Error() == "path escapes from parent" { // os.Root has no exported error for it
		e.Msg = "is a symbolic link that leads out of the registry"
		e.Advice = "put the file itself into the registry"
	}
	return e
}
