package curve

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// readJSONL gives a row per line with a JSON object; empty lines are passed over.
func readJSONL(path string, in io.Reader, yield func(row) error) error {
	r := jsonlines.NewReader(in)
	for {
		line, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return cannotRead(path, r.Number(), err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		fail := func(_, format string, args ...any) *diag.Error { return diag.At(path, r.Number(), 0, format, args...) }
		var object map[string]json.RawMessage
		if err := json.Unmarshal(line, &object); err != nil {
			wrong := diag.JSON(path, line, err)
			wrong.Line = r.Number()
			return wrong.WithHint("%s", shape)
		}
		next := row{names: slices.Sorted(maps.Keys(object)), fail: fail}
		for _, name := range next.names {
			cell, isText := text(object[name])
			next.cells = append(next.cells, cell)
			if !isText {
				next.notText = append(next.notText, name)
			}
		}
		if err := yield(next); err != nil {
			return err
		}
	}
}

// text is a JSON value as a cell has it: what is no string stays as it is written, null is empty.
func text(raw json.RawMessage) (cell string, isText bool) {
	var s string
	if json.Unmarshal(raw, &s) == nil { // null leaves it empty
		return s, true
	}
	return string(raw), false
}
