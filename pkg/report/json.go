package report

import (
	"encoding/json"
	"io"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// JSON writes the run's document (schema llmops.eval.run/v1), indented, with a line end.
func JSON(w io.Writer, r eval.Result) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
