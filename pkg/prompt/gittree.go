package prompt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// gitTree is the tree of a revision as an fs.FS. Names are known at once; the contents of a directory's
// files are fetched together when the first of them is opened, and all of them once a few directories
// were asked for. It is safe for concurrent use.
type gitTree struct {
	dir   string
	nodes map[string]*gitNode

	mu      sync.Mutex // guards fetched and the data of nodes
	fetched int        // directories
}

type gitNode struct {
	name     string
	object   string     // of a file
	link     bool       // a symbolic link
	children []*gitNode // of a directory
	data     []byte     // of a file; nil until it was fetched
}

// manyDirectories is how many directories are fetched one by one.
const manyDirectories = 8

func newGitTree(dir string) *gitTree {
	return &gitTree{dir: dir, nodes: map[string]*gitNode{".": {name: "."}}}
}

func (g *gitTree) add(name, object string, link bool) {
	n := &gitNode{name: path.Base(name), object: object, link: link}
	g.nodes[name] = n
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		parent, ok := g.nodes[dir]
		if !ok {
			parent = &gitNode{name: path.Base(dir)}
			g.nodes[dir] = parent
		}
		parent.children = append(parent.children, n)
		if ok {
			return
		}
		n = parent
	}
}

// Open implements fs.FS.
func (g *gitTree) Open(name string) (fs.File, error) {
	fail := func(err error) (fs.File, error) { return nil, &fs.PathError{Op: "open", Path: name, Err: err} }
	if !fs.ValidPath(name) {
		return fail(fs.ErrInvalid)
	}
	n, ok := g.nodes[name]
	switch {
	case !ok:
		return fail(fs.ErrNotExist)
	case n.link:
		return fail(errors.New("is a symbolic link, which a git revision is not followed through"))
	case n.object == "":
		entries, err := g.ReadDir(name)
		return &gitDir{gitFile{node: n}, entries}, err
	}
	if err := g.fetch(path.Dir(name), n); err != nil {
		return fail(err)
	}
	return &gitFile{node: n, data: bytes.NewReader(n.data)}, nil
}

// ReadDir implements fs.ReadDirFS.
func (g *gitTree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, ok := g.nodes[name]
	if !ok || n.object != "" {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	out := make([]fs.DirEntry, len(n.children))
	for i, c := range n.children {
		out[i] = fs.FileInfoToDirEntry(gitInfo{c})
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// fetch makes the data of a file of dir known.
func (g *gitTree) fetch(dir string, want *gitNode) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if want.data != nil {
		return nil
	}
	g.fetched++
	var batch []*gitNode
	if g.fetched > manyDirectories {
		for _, n := range g.nodes {
			batch = append(batch, n)
		}
	} else {
		batch = g.nodes[dir].children
	}
	batch = slices.DeleteFunc(slices.Clone(batch), func(n *gitNode) bool { return n.object == "" || n.link || n.data != nil })
	var names bytes.Buffer
	for _, n := range batch {
		names.WriteString(n.object + "\n")
	}
	out, err := git(g.dir, names.Bytes(), "cat-file", "--batch")
	if err != nil {
		return err
	}
	return take(out, batch)
}

// take reads what `git cat-file --batch` printed: for each object "NAME TYPE SIZE\nCONTENT\n".
func take(out []byte, batch []*gitNode) error {
	for _, n := range batch {
		head, rest, _ := bytes.Cut(out, []byte("\n"))
		f := strings.Fields(string(head))
		if len(f) != 3 {
			return fmt.Errorf("git object %.12s is missing from this clone", n.object)
		}
		size, err := strconv.Atoi(f[2])
		if err != nil || size < 0 || size >= len(rest) {
			return fmt.Errorf("git cat-file stopped at object %.12s", n.object)
		}
		n.data, out = rest[:size:size], rest[size+1:]
	}
	return nil
}

// gitFile is an open file or directory.
type gitFile struct {
	node *gitNode
	data *bytes.Reader // nil for a directory
}

func (f *gitFile) Stat() (fs.FileInfo, error) { return gitInfo{f.node}, nil }
func (f *gitFile) Close() error               { return nil }

func (f *gitFile) Read(b []byte) (int, error) {
	if f.data == nil {
		return 0, &fs.PathError{Op: "read", Path: f.node.name, Err: errors.New("is a directory")}
	}
	return f.data.Read(b)
}

// gitDir is an open directory: its entries are those that were not read yet.
type gitDir struct {
	gitFile
	entries []fs.DirEntry
}

// ReadDir implements fs.ReadDirFile.
func (d *gitDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.entries) {
		n = len(d.entries)
	}
	out := d.entries[:n:n]
	d.entries = d.entries[n:]
	return out, nil
}

type gitInfo struct{ node *gitNode }

func (i gitInfo) Name() string       { return i.node.name }
func (i gitInfo) Size() int64        { return int64(len(i.node.data)) }
func (i gitInfo) ModTime() time.Time { return time.Time{} }
func (i gitInfo) IsDir() bool        { return i.node.object == "" }
func (i gitInfo) Sys() any           { return nil }

func (i gitInfo) Mode() fs.FileMode {
	switch {
	case i.IsDir():
		return fs.ModeDir | 0o555
	case i.node.link:
		return fs.ModeSymlink | 0o444
	}
	return 0o444
}
