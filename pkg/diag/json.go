package diag

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// JSON gives an error of encoding/json about data, the text of a file, its line and column.
func JSON(name string, data []byte, err error) *Error {
	offset := int64(len(data))
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset - 1
	case errors.As(err, &typed):
		offset = typed.Offset - 1
	}
	offset = max(0, min(offset, int64(len(data))))
	before := data[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
	return At(name, line, column, "malformed JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
}
