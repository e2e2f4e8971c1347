package curve

import (
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Data is what Read found.
type Data struct {
	Items   []Item
	Columns Columns // that were read
}

// MaxItems is the most prompts that Read takes.
const MaxItems = 1_000_000

// Read reads labelled data: path's ending tells whether it is CSV or JSONL. Each row has a prompt and the quality of the
// answers of a weak and a strong model, as columns or keys:
//
//	prompt, weak, strong                       true, false or a number; the higher the better
//	weak_response, strong_response             the answers, for their length; may be missing
//	complexity                                 simple, medium or complex; may be missing
//
// RouteLLM's files are read as they are: there the columns of quality are named for the models, and those of answers
// like them with _response. want says which columns are meant where that is not clear. A mistake is a *diag.Error.
func Read(path string, in io.Reader, want Columns) (*Data, error) {
	var rows func(yield func(row) error) error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		rows = func(yield func(row) error) error { return readCSV(path, in, yield) }
	case ".jsonl", ".ndjson":
		rows = func(yield func(row) error) error { return readJSONL(path, in, yield) }
	default:
		return nil, diag.Errorf("%s: labelled data is a .csv or .jsonl file", path)
	}
	d := &Data{}
	err := rows(func(r row) error {
		if d.Columns.Weak == "" {
			var err error
			if d.Columns, err = want.find(r); err != nil {
				return err
			}
		}
		if len(d.Items) == MaxItems {
			return r.fail("", "more than %d prompts", MaxItems)
		}
		item, err := r.item(d.Columns)
		d.Items = append(d.Items, item)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(d.Items) == 0 {
		return nil, diag.At(path, 0, 0, "holds no prompt").WithHint("%s", shape)
	}
	return d, nil
}

const shape = `each line has a prompt and the quality of two answers: {"prompt": "…", "weak": 0, "strong": 1}, or CSV with these columns`

// cannotRead words a failure of the reader itself.
func cannotRead(path string, line int, err error) error {
	var d *diag.Error
	if errors.As(err, &d) {
		return err
	}
	return diag.At(path, line, 0, "cannot be read: %w", err)
}
