// Package wholefile writes files that are there as a whole or not at all: whoever reads one while it is
// written, or after the writer was killed, sees the old file or the new one. Start with Write; Check tells
// beforehand whether it can work.
package wholefile

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Write replaces the file at path by what write writes, in one step. After an error the old file stands as
// it was, and nothing is left beside it. The permissions of an old file stay; a new one has those that the
// process gives to its files. A symbolic link stays one: what it leads to is replaced.
func Write(path string, write func(io.Writer) error) error {
	path = Target(path)
	return replace(path, 0o666, write, func(f *os.File) error {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return f.Chmod(info.Mode().Perm())
	})
}

// WriteMode is Write for a file that has these permissions, whatever an old one had: 0o600 for secrets.
func WriteMode(path string, mode fs.FileMode, write func(io.Writer) error) error {
	return replace(Target(path), 0o600, write, func(f *os.File) error { return f.Chmod(mode) })
}

func replace(path string, mode fs.FileMode, write func(io.Writer) error, permit func(*os.File) error) (err error) {
	f, err := create(path, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriterSize(f, 256<<10)
	err = errors.Join(permit(f), write(w), w.Flush(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Target follows a path's symbolic links to the file that writing to it changes, which need not be there.
func Target(path string) string {
	for range 40 { // as many as Linux follows
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			dir, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				break
			}
			to = filepath.Join(dir, to)
		}
		path = to
	}
	return path
}

// create makes the file beside path that becomes it. Unlike os.CreateTemp it leaves the permissions to the
// process's umask. Of a long name it has the beginning, as it adds to it.
func create(path string, mode fs.FileMode) (*os.File, error) {
	dir, name := filepath.Split(path)
	name = "." + strings.ToValidUTF8(name[:min(len(name), 100)], "") + "-"
	for {
		f, err := os.OpenFile(dir+name+rand.Text()[:10]+".tmp", os.O_CREATE|os.O_EXCL|os.O_RDWR, mode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Check makes the directory of path where it is missing, and tells why Write would fail: the directory
// takes no files, or path is itself a directory.
func Check(path string) error {
	path = Target(path)
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // as readable as other directories of the user
		return err
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	f, err := create(path, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
