// Package wholefile writes files that are there as a whole or not at all: whoever reads one while it is
// written, or after the writer was killed, sees the old file or the new one. Start with Write; Check tells
// beforehand whether it can work.
package wholefile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Write replaces the file at path by what write writes, in one step. After an error the old file stands as
// it was, and nothing is left beside it. Everybody may read the file.
func Write(path string, write func(io.Writer) error) error { return WriteMode(path, 0o644, write) }

// WriteMode is Write for a file with these permissions.
func WriteMode(path string, mode fs.FileMode, write func(io.Writer) error) (err error) {
	if behind, err := filepath.EvalSymlinks(path); err == nil {
		path = behind // a link stays one
	}
	f, err := os.CreateTemp(filepath.Dir(path), pattern(path))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriterSize(f, 256<<10)
	err = errors.Join(write(w), w.Flush(), f.Chmod(mode), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Check makes the directory of path where it is missing, and tells why Write would fail: the directory
// takes no files, or path is itself a directory.
func Check(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // as readable as other directories of the user
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", path)
	}
	f, err := os.CreateTemp(dir, pattern(path))
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// pattern names the file beside path that becomes it. Of a long name it has the beginning, as it adds to it.
func pattern(path string) string {
	name := filepath.Base(path)
	return "." + strings.ToValidUTF8(name[:min(len(name), 100)], "") + "-*.tmp"
}
