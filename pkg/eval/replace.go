package eval

import (
	"io"

	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

// replaceFile replaces a file in one step.
func replaceFile(path string, data []byte) error {
	return wholefile.Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
