package batch

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// csvRows makes a record of each row: a column is a field. With a prompt, and without a mapping, columns
// that are no keys of a record are variables.
type csvRows struct {
	name   string
	in     *csv.Reader
	text   *rowText
	vars   bool
	header []string
	line   int // of the last good row
}

func newCSVRows(name string, r io.Reader, s *Settings) *csvRows {
	text := &rowText{from: r}
	in := csv.NewReader(text)
	in.ReuseRecord = true
	return &csvRows{name: name, in: in, text: text, vars: (s.Prompt != "" || s.Version != nil) && len(s.Map) == 0}
}

func (c *csvRows) end() int64 { return c.in.InputOffset() }

func (c *csvRows) next() (raw []byte, line int, bad, err error) {
	if c.header == nil {
		if err := c.readHeader(); err != nil {
			return nil, 1, nil, err
		}
	}
	c.text.begin(c.in.InputOffset())
	row, err := c.in.Read()
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		if errors.Is(err, csv.ErrFieldCount) {
			return c.raw(), parse.StartLine, diag.Errorf("the row has another number of columns than the header's %d", len(c.header)), nil
		}
		return c.raw(), parse.StartLine, diag.Errorf("malformed CSV: %w", parse.Err), nil
	}
	if err != nil {
		return nil, c.line + 1, nil, err
	}
	c.line, _ = c.in.FieldPos(0)
	if raw, bad = c.object(row, c.line); bad != nil {
		raw = c.raw()
	}
	return raw, c.line, bad, nil
}

// raw is the row as it was read.
func (c *csvRows) raw() []byte { return bytes.TrimSpace(c.text.until(c.in.InputOffset())) }

func (c *csvRows) readHeader() error {
	header, err := c.in.Read()
	if errors.Is(err, io.EOF) {
		return err
	}
	if err != nil {
		return diag.At(c.name, 1, 0, "malformed CSV: %w", err)
	}
	seen := map[string]bool{}
	for i, name := range header {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if seen[name] || name == "" {
			return diag.At(c.name, 1, 0, "the column %q is empty or there twice", name)
		}
		seen[name] = true
		header[i] = name
	}
	c.header = append([]string{}, header...)
	return nil
}

// object writes the row as a record. A cell of messages is JSON, an empty one of a key is absent.
func (c *csvRows) object(row []string, line int) ([]byte, error) {
	fields, vars := map[string]any{}, map[string]any{}
	for i, cell := range row {
		name := c.header[i]
		if !utf8.ValidString(cell) {
			return nil, errNotUTF8
		}
		key, isVar := strings.CutPrefix(name, "vars.")
		switch {
		case isVar, c.vars && !isKey(name):
			vars[key] = cell
		case cell == "" && isKey(name):
		case name == "messages" || name == "temperature" || name == "max_tokens":
			if !json.Valid([]byte(cell)) {
				return nil, diag.Errorf("%s: the cell is not JSON", name)
			}
			fields[name] = json.RawMessage(cell)
		default:
			fields[name] = cell
		}
	}
	if len(vars) > 0 {
		fields["vars"] = vars
	}
	if fields["id"] == nil {
		fields["id"] = strconv.Itoa(line)
	}
	return json.Marshal(fields)
}

func isKey(name string) bool {
	switch name {
	case "id", "input", "messages", "model", "temperature", "max_tokens":
		return true
	}
	return false
}
