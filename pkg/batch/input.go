package batch

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
)

// Format is how an input is written.
type Format string

// The formats.
const (
	JSONL Format = "jsonl" // a record a line, ours or OpenAI's
	CSV   Format = "csv"   // a record a row; the first row names the fields
	Text  Format = "text"  // a question a line
)

// Formats lists them.
func Formats() []Format { return []Format{JSONL, CSV, Text} }

// Input is where records come from. Set Path for a file and Reader for what can be read only once.
type Input struct {
	Name   string // for errors
	Path   string
	Reader io.Reader // wins over Path
	Format Format    // "" means by Path's extension: .csv, .txt, else JSONL
}

func (in *Input) once() bool { return in.Reader != nil }

func (in *Input) format() Format {
	if in.Format != "" {
		return in.Format
	}
	switch strings.ToLower(filepath.Ext(in.Path)) {
	case ".csv":
		return CSV
	case ".txt":
		return Text
	}
	return JSONL
}

// Size is the length of a file in bytes, 0 when it is not known.
func (in *Input) Size() int64 {
	info, err := os.Stat(in.Path)
	if in.Reader != nil || err != nil {
		return 0
	}
	return info.Size()
}

// item is a record of the input, or what is wrong with one.
type item struct {
	place int // from 0
	line  int
	end   int64  // offset behind it
	id    string // "" when it could not be read
	hash  uint64
	raw   []byte // as JSON, or as it was read where it could not be
	call  engine.Call
	err   error
}

// reader gives the items of an input. Its error is io.EOF, or one that ends the reading; a mistake in a
// single record is the item's.
type reader struct {
	rows   rows
	parse  parser
	place  int
	closer io.Closer
}

// rows gives records as JSON objects, and the line that each begins at. bad is about one row only.
type rows interface {
	next() (raw []byte, line int, bad, err error)
	end() int64
}

func (cfg *Config) open() (*reader, error) {
	in := cfg.Input
	r := &reader{parse: parser{name: in.Name, settings: &cfg.Settings}}
	from := in.Reader
	if from == nil {
		f, err := os.Open(in.Path)
		if err != nil {
			return nil, diag.Errorf("input: %w", err)
		}
		r.closer = f
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, errors.Join(diag.Errorf("input: %s is a directory, not a file", in.Path), f.Close())
		}
		from = f
	}
	switch in.format() {
	case CSV:
		r.rows = newCSVRows(in.Name, from, &cfg.Settings)
	case Text:
		r.rows = newTextRows(from)
	case JSONL:
		r.rows = newJSONRows(from)
	default:
		return nil, errors.Join(diag.Errorf("unknown format %q", in.format()).WithHint("formats: jsonl, csv, text"), r.close())
	}
	return r, nil
}

func (r *reader) close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

func (r *reader) next() (*item, error) {
	raw, line, bad, err := r.rows.next()
	if err != nil {
		if d, ok := errors.AsType[*diag.Error](err); ok && d.File == "" || !ok && !errors.Is(err, io.EOF) {
			err = diag.At(r.parse.name, line, 0, "cannot be read: %w", err).WithHint("%s", diag.HintOf(err))
		}
		return nil, err
	}
	it := &item{place: r.place, line: line, end: r.rows.end(), raw: slices.Clone(raw), err: bad}
	r.place++
	if bad == nil {
		r.parse.item(it)
	} else {
		it.err = r.parse.at(it, bad)
	}
	return it, nil
}

func isUser(err error) bool {
	_, ok := errors.AsType[*diag.Error](err)
	return ok
}
