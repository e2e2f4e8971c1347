package eval

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// readCSV reads a case per row. The first row names the columns: keys of a case, and vars.NAME for a
// variable. An empty cell is an absent key. In a column that takes a list, values are separated by |,
// or the cell is a JSON array.
func readCSV(path string, in *bufio.Reader) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		r := csv.NewReader(in)
		header, err := r.Read()
		if err == io.EOF {
			return
		}
		if err == nil {
			err = checkHeader(path, header, r)
		}
		if err != nil {
			yield(nil, csvError(path, err, len(header)))
			return
		}
		for {
			row, err := r.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, csvError(path, err, len(header)))
				return
			}
			c, err := csvCase(path, header, row, r)
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

func checkHeader(path string, header []string, r *csv.Reader) error {
	seen := map[string]bool{}
	for i, name := range header {
		header[i] = strings.TrimSpace(name)
		name = header[i]
		line, column := r.FieldPos(i)
		switch {
		case seen[name]:
			return diag.At(path, line, column, "the column %q is there twice", name)
		case !strings.HasPrefix(name, "vars.") && !slices.Contains(caseKeys(), name):
			return diag.At(path, line, column, "unknown column %q", name).WithHint("%s", columnHint(name, len(header)))
		}
		seen[name] = true
	}
	return nil
}

func columnHint(name string, columns int) string {
	near := diag.DidYouMean(name, caseKeys())
	switch {
	case columns == 1 && strings.ContainsAny(name, ";\t"):
		return "columns are separated by commas; save the file with those"
	case name == "":
		return "each column has a name in the first row"
	case near != "":
		return near
	}
	return "a variable's column is named vars." + name
}

func csvError(path string, err error, columns int) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		var d *diag.Error
		if errors.As(err, &d) {
			return err
		}
		return diag.At(path, 0, 0, "cannot be read: %w", err)
	}
	if errors.Is(err, csv.ErrFieldCount) {
		return diag.At(path, parse.Line, 0, "the row has another number of columns than the header's %d", columns).
			WithHint(`put a value that holds a comma into double quotes`)
	}
	return diag.At(path, parse.Line, parse.Column, "malformed CSV: %w", parse.Err)
}

func csvCase(path string, header, row []string, r *csv.Reader) (*Case, error) {
	record, vars := map[string]any{}, map[string]any{}
	line, _ := r.FieldPos(0)
	for i, cell := range row {
		if cell == "" {
			continue
		}
		if name, ok := strings.CutPrefix(header[i], "vars."); ok {
			vars[name] = cell
			continue
		}
		value, err := cellValue(header[i], cell)
		if err != nil {
			l, column := r.FieldPos(i)
			return nil, diag.At(path, l, column, "%s: %w", header[i], err)
		}
		record[header[i]] = value
	}
	if len(vars) > 0 {
		record["vars"] = vars
	}
	raw, err := json.Marshal(record)
	if err != nil {
		return nil, diag.At(path, line, 0, "%w", err)
	}
	return decodeCase(path, raw, func(int64) (int, int) { return line, 0 })
}

// cellValue gives a cell the kind that its column has.
func cellValue(name, cell string) (any, error) {
	switch name {
	case "must_contain", "must_not_contain", "context", "tags", "relevant", "retrieved":
		if strings.HasPrefix(cell, "[") || name == "relevant" && strings.HasPrefix(cell, "{") {
			return rawJSON(cell)
		}
		var list []string
		for _, s := range strings.Split(cell, "|") {
			if s = strings.TrimSpace(s); s != "" {
				list = append(list, s)
			}
		}
		return list, nil
	case "vars", "messages", "schema", "scorers", "metadata", "weight":
		return rawJSON(cell)
	case "required", "expected_refusal":
		return rawJSON(strings.ToLower(cell))
	}
	return cell, nil
}

func rawJSON(cell string) (any, error) {
	if !json.Valid([]byte(cell)) {
		return nil, errors.New("the cell is not JSON")
	}
	return json.RawMessage(cell), nil
}
