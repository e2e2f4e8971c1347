package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// jsonRows reads a record a line; empty lines are passed over.
type jsonRows struct{ in *jsonlines.Reader }

func newJSONRows(r io.Reader) *jsonRows { return &jsonRows{jsonlines.NewReader(r)} }

func (j *jsonRows) next() (raw []byte, line int, bad, err error) {
	for {
		raw, err = j.in.Next()
		if errors.Is(err, jsonlines.ErrTooLong) {
			return nil, j.in.Number(), err, nil
		}
		if err != nil {
			return nil, j.in.Number() + 1, nil, err
		}
		if len(bytes.TrimSpace(raw)) > 0 {
			return raw, j.in.Number(), nil, nil
		}
	}
}

func (j *jsonRows) end() int64 { return j.in.End() }

// textRows makes a record of each line: the line's number is its id.
type textRows struct{ jsonRows }

func newTextRows(r io.Reader) *textRows { return &textRows{*newJSONRows(r)} }

func (t *textRows) next() (raw []byte, line int, bad, err error) {
	raw, line, bad, err = t.jsonRows.next()
	if bad != nil || err != nil {
		return raw, line, bad, err
	}
	if !utf8.Valid(raw) {
		return raw, line, errNotUTF8, nil
	}
	raw, err = json.Marshal(struct {
		ID    string `json:"id"`
		Input string `json:"input"`
	}{strconv.Itoa(line), string(raw)})
	return raw, line, nil, err
}
