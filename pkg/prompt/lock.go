package prompt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

const (
	lockFile   = "prompts.lock"
	maxLock    = 64 << 20
	lockHeader = "# The sha256 of each published prompt version and of its partials. Written by `llmops prompt lock`.\n"
)

// Lock is what prompts.lock holds, one line a version, sorted, so that git merges and diffs it well:
//
//	customer-support 1.2.0 sha256:9f86d0… safety@1.0.1=sha256:60303a…
type Lock struct {
	Entries []LockEntry

	path string
}

// LockEntry is a locked version. SHA256 is Version.SHA256 at the time of locking; Pins are the partials
// that it was locked with, and will always be rendered with.
type LockEntry struct {
	Name, Version, SHA256 string
	Pins                  []Pin
	Line                  int // in prompts.lock, 0 for an entry that is not written yet
}

// ReadLock reads prompts.lock. Where there is none, the Lock is empty.
func (r *Registry) ReadLock() (*Lock, error) {
	l, err := r.readLock()
	if err != nil {
		return nil, err
	}
	return &Lock{Entries: slices.Clone(l.Entries), path: l.path}, nil
}

// readLock is ReadLock that parses a text once; nobody changes what it gives.
func (r *Registry) readLock() (*Lock, error) {
	data, err := r.lockText()
	if err != nil || len(data) == 0 {
		return &Lock{path: r.shown(lockFile)}, err
	}
	r.mu.Lock()
	known, from := r.lockParsed, r.lockFrom
	r.mu.Unlock()
	if known != nil && from == &data[0] {
		return known, nil
	}
	l, err := parseLock(r.shown(lockFile), data)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lockParsed, r.lockFrom = l, &data[0]
	return l, nil
}

// lockText reads prompts.lock, or gives what it read before when neither size nor time have changed.
func (r *Registry) lockText() ([]byte, error) {
	info, err := fs.Stat(r.fsys, lockFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, r.fileError(lockFile, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lock != nil && r.lockInfo.Size() == info.Size() && r.lockInfo.ModTime().Equal(info.ModTime()) {
		return r.lock, nil
	}
	data, err := r.readFile(lockFile, maxLock)
	if err == nil {
		r.lock, r.lockInfo = data, info
	}
	return data, err
}

// forgetLock is for who has just written prompts.lock.
func (r *Registry) forgetLock() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lock = nil
}

func parseLock(path string, data []byte) (*Lock, error) {
	l := &Lock{path: path}
	seen := map[[2]string]int{}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		text := strings.TrimSpace(string(line))
		if text == "" || text[0] == '#' {
			continue
		}
		e, err := parseLockLine(path, number, text)
		if err != nil {
			return nil, err
		}
		key := [2]string{e.Name, e.Version}
		if first := seen[key]; first > 0 {
			return nil, diag.At(path, number, 1, "%s %s is locked twice, first in line %d", e.Name, e.Version, first).
				WithHint("keep the line that is right: `llmops prompt verify` says which")
		}
		seen[key] = number
		l.Entries = append(l.Entries, e)
	}
	return l, nil
}

func parseLockLine(path string, number int, text string) (LockEntry, error) {
	words := strings.Fields(text)
	broken := func(what string) (LockEntry, error) {
		return LockEntry{}, diag.At(path, number, 1, "broken lock: %s", what).
			WithHint("a line reads NAME VERSION sha256:HASH, then PARTIAL@VERSION=sha256:HASH; restore the file from git, or lock again")
	}
	if strings.HasPrefix(text, "<<<<<<<") || strings.HasPrefix(text, "=======") || strings.HasPrefix(text, ">>>>>>>") {
		return broken("a merge conflict was left")
	}
	if len(words) < 3 || !validName(words[0]) || !isVersion(words[1]) {
		return broken("no name and version")
	}
	e := LockEntry{Name: words[0], Version: words[1], Line: number}
	var ok bool
	if e.SHA256, ok = sha(words[2]); !ok {
		return broken("no sha256")
	}
	for _, w := range words[3:] {
		ref, sum, _ := strings.Cut(w, "=")
		name, version, _ := strings.Cut(ref, "@")
		p := Pin{Name: name, Version: version}
		if p.SHA256, ok = sha(sum); !ok || !validName(name) || !isVersion(version) {
			return broken("a partial reads NAME@VERSION=sha256:HASH")
		}
		e.Pins = append(e.Pins, p)
	}
	return e, nil
}

func isVersion(s string) bool {
	_, err := semver.StrictNewVersion(s)
	return err == nil
}

func sha(s string) (string, bool) {
	text, ok := strings.CutPrefix(s, "sha256:")
	if !ok || len(text) != 64 {
		return "", false
	}
	_, err := hex.DecodeString(text)
	return text, err == nil && strings.ToLower(text) == text
}

// pins gives the versions that the lock pins the partials of a file to. Only the file's own line is
// parsed, so that resolving one reference of a large registry stays fast.
func (r *Registry) pins(f *File) (map[string]string, error) {
	if len(f.Partials) == 0 {
		return nil, nil
	}
	data, err := r.lockText()
	if err != nil {
		return nil, err
	}
	prefix := []byte(f.Name + " " + f.Version + " ")
	at := bytes.Index(data, append([]byte("\n"), prefix...)) + 1
	if at == 0 && !bytes.HasPrefix(data, prefix) {
		return nil, nil
	}
	line, _, _ := bytes.Cut(data[at:], []byte("\n"))
	e, err := parseLockLine(r.shown(lockFile), 1+bytes.Count(data[:at], []byte("\n")), strings.TrimSpace(string(line)))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, p := range e.Pins {
		out[p.Name] = p.Version
	}
	return out, nil
}

// bytes writes the lock: entries by name and falling version, so that the newest comes first.
func (l *Lock) bytes() []byte {
	slices.SortFunc(l.Entries, func(a, b LockEntry) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		va, _ := semver.StrictNewVersion(a.Version) // both were checked
		vb, _ := semver.StrictNewVersion(b.Version)
		return vb.Compare(va)
	})
	var b bytes.Buffer
	b.WriteString(lockHeader)
	for _, e := range l.Entries {
		b.WriteString(e.Name + " " + e.Version + " sha256:" + e.SHA256)
		for _, p := range e.Pins {
			b.WriteString(" " + p.Name + "@" + p.Version + "=sha256:" + p.SHA256)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}
