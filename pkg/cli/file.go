package cli

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/wholefile"
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
	var own error // of what is written, not of the file
	err := wholefile.WriteMode(path, 0o600, func(w io.Writer) error {
		own = write(w)
		return own
	})
	if pe := (*fs.PathError)(nil); err == nil || own != nil && !errors.As(own, &pe) {
		return own
	}
	return diag.Errorf("export: %w", err)
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
	err := wholefile.Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return diag.Errorf("export: %w", err)
	}
	return nil
}
