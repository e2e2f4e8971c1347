package replay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Header is the first line of a recording, under the key "recording": where its answers came from.
type Header struct {
	Source  string `json:"source"`            // in words: which model, which run, which publication
	Model   string `json:"model,omitempty"`   // the reference of the model that answered: "openai/gpt-4o-2024-08-06"
	Created string `json:"created,omitempty"` // a date, or a time as in RFC 3339
	// Sample is true for answers that were written by hand to show something, and came from no model.
	Sample bool `json:"sample"`
}

// IsZero tells whether the recording says nothing of where it came from.
func (h Header) IsZero() bool { return h == Header{} }

// readHeader reads the value of "recording".
func readHeader(raw []byte) (h Header, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&h); err != nil {
		return h, errors.New("the header's recording has the keys source, model, created (texts) and sample (true or false)")
	}
	if h.Source == "" {
		return h, errors.New("the header names no source")
	}
	return h, nil
}

// compatible refuses to put real answers behind sample ones, or the other way round.
func (h Header) compatible(path string, add Header) error {
	if h.IsZero() || h.Sample == add.Sample {
		return nil
	}
	holds := "answers of a model"
	if h.Sample {
		holds = "sample answers"
	}
	return diag.At(path, 1, 0, "holds %s; recorded answers and samples do not mix", holds).
		WithHint("record to another file")
}

// ReadHeader reads the header of the recording at path and nothing else of it; the zero Header means
// that it has none.
func ReadHeader(path string) (Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return Header{}, unreadable(path, err)
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, maxHeader)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return Header{}, unreadable(path, err)
	}
	e, wrong := parse(bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff"))))
	if wrong != nil || e.Header == nil {
		return Header{}, nil // the first line is an answer, and Open says what is wrong with it
	}
	return *e.Header, nil
}

// maxHeader is where ReadHeader stops to look for the end of the first line, in bytes.
const maxHeader = 64 << 10
