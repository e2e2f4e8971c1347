package prompt

import (
	"cmp"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Editor is a Registry that can be written to. Whatever it writes is complete before it takes its place,
// and nothing is written when there is an error. Several processes may edit one registry at once: a
// version file is created only where none is, and labels.yaml and prompts.lock are changed by one process
// after the other.
type Editor struct {
	*Registry
	// LockWait is how long a change of labels.yaml or prompts.lock waits for another process to finish
	// its own; 0 means 5 seconds.
	LockWait time.Duration
}

// Edit opens a directory for writing. Close it after use.
func Edit(dir string) (*Editor, error) {
	r, err := OpenDir(dir)
	if err != nil {
		return nil, err
	}
	return &Editor{Registry: r}, nil
}

// update changes a file that several processes may change. As git does, the new text is written to
// file.lock, which only one process can create, and then renamed over the file.
func (e *Editor) update(file string, change func(old []byte) ([]byte, error)) error {
	lock := file + ".lock"
	f, err := e.createLock(lock)
	if err != nil {
		return err
	}
	text, err := e.changed(file, change)
	if err = errors.Join(err, finish(f, text)); err == nil {
		if err = e.root.Rename(lock, file); err == nil {
			return nil // from here on file.lock may be another process's
		}
	}
	_ = e.root.Remove(lock) // ours, and of no more use
	var said *diag.Error
	if errors.As(err, &said) {
		return said
	}
	return e.fileError(file, err)
}

func (e *Editor) changed(file string, change func(old []byte) ([]byte, error)) ([]byte, error) {
	old, err := e.readFile(file, maxLock)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return change(old)
}

func (e *Editor) createLock(lock string) (*os.File, error) {
	for start := time.Now(); ; {
		f, err := e.root.OpenFile(lock, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, fs.ErrExist) {
			if err != nil {
				return nil, e.fileError(lock, err)
			}
			return f, nil
		}
		if time.Since(start) > cmp.Or(e.LockWait, 5*time.Second) {
			return nil, diag.At(e.shown(lock), 0, 0, "another process is changing the registry").
				WithHint("delete the file when no other llmops runs")
		}
		time.Sleep(time.Duration(1+rand.IntN(20)) * time.Millisecond)
	}
}

// create writes a file that must not exist yet; errors.Is(err, fs.ErrExist) holds when it does. The text
// is linked into place when it is complete, so that nobody reads half of it.
func (e *Editor) create(file string, text []byte) error {
	temp := file + "." + strconv.FormatUint(rand.Uint64(), 36) + ".tmp"
	f, err := e.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return e.fileError(file, err)
	}
	defer e.root.Remove(temp) //nolint:errcheck // what is left is ignored by all readers
	if err := finish(f, text); err != nil {
		return e.fileError(file, err)
	}
	err = e.root.Link(temp, file)
	if err == nil {
		return nil
	}
	if _, statErr := e.root.Lstat(file); statErr == nil {
		return e.existsAlready(file)
	}
	return e.createWithoutLink(file, text)
}

// existsAlready is the error of a file that must not exist yet.
func (e *Editor) existsAlready(file string) *diag.Error {
	err := diag.At(e.shown(file), 0, 0, "exists already").WithHint("a version is never overwritten")
	err.Err = fs.ErrExist
	return err
}

// createWithoutLink is for file systems that have no links.
func (e *Editor) createWithoutLink(file string, text []byte) error {
	f, err := e.root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		err = finish(f, text)
	}
	if err != nil {
		return e.fileError(file, err)
	}
	return nil
}

func finish(f *os.File, text []byte) error {
	_, err := f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
