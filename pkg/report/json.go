package report

import (
	"encoding/json"
	"io"
)

// JSON writes one document, indented, with a line end. Text in it stays readable: < and > are not escaped.
func JSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
