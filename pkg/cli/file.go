package cli

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// toFile has write fill a file, or standard output when path is "" or "-".
func (e *env) toFile(path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return buffered(e.out, write)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a device or a pipe is no file to replace
		f, err := os.OpenFile(path, os.O_WRONLY, 0) //nolint:gosec // the user names it
		if err != nil {
			return diag.Errorf("export: %w", err)
		}
		return errors.Join(buffered(f, write), f.Close())
	}
	return replaceWith(path, 0o600, write)
}

func buffered(w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriter(w)
	if err := write(b); err != nil {
		return errors.Join(err, b.Flush())
	}
	return b.Flush()
}

// replaceWhole writes a file in one step: nobody sees half of it.
func replaceWhole(path string, data []byte) error {
	return replaceWith(path, 0o644, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// replaceWith is replaceWhole for what is written bit by bit. When write fails, the file stays as it was.
func replaceWith(path string, mode fs.FileMode, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return diag.Errorf("export: %w", err)
	}
	wrote := buffered(f, write)
	err = errors.Join(f.Chmod(mode), f.Sync(), f.Close())
	if wrote == nil && err == nil {
		err = os.Rename(f.Name(), path)
	}
	if wrote == nil && err == nil {
		return nil
	}
	_ = os.Remove(f.Name())
	var pe *fs.PathError
	if wrote != nil && !errors.As(wrote, &pe) {
		return wrote // not the file's fault
	}
	return diag.Errorf("export: %w", errors.Join(wrote, err))
}
