package estimate

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Traced tells what a trace holds.
type Traced struct {
	Requests      int64
	Input, Output int64
	From, To      time.Time // zero where the trace has no times
}

// Trace reads a CSV file of requests, a line each, with a header: a column of input tokens, one of output
// tokens, and if there is one, of times. Names are recognised as common logs write them:
// input_tokens, prompt_tokens, ContextTokens; output_tokens, completion_tokens, GeneratedTokens; timestamp,
// time. add is called for each. name is the file's, for errors.
func Trace(name string, r io.Reader, add func(input, output int64) error) (Traced, error) {
	var t Traced
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err == io.EOF {
		return t, diag.At(name, 0, 0, "the file is empty").WithHint("it wants a header with input_tokens and output_tokens")
	}
	if err != nil {
		return t, csvError(name, err)
	}
	c, err := findColumns(name, header)
	if err != nil {
		return t, err
	}
	for {
		row, err := in.Read()
		if err == io.EOF {
			if t.Requests == 0 {
				return t, diag.At(name, 1, 0, "there is no request below the header")
			}
			return t, nil
		}
		if err != nil {
			return t, csvError(name, err)
		}
		input, err := number(name, in, row, c.input)
		if err != nil {
			return t, err
		}
		output, err := number(name, in, row, c.output)
		if err != nil {
			return t, err
		}
		t.Requests, t.Input, t.Output = t.Requests+1, t.Input+input, t.Output+output
		t.at(row, c.time)
		if err := add(input, output); err != nil {
			return t, err
		}
	}
}

type columns struct{ input, output, time int } // -1: there is none

func findColumns(name string, header []string) (columns, error) {
	find := func(words ...string) int {
		for i, h := range header {
			h = strings.ToLower(strings.Trim(strings.TrimPrefix(h, "\ufeff"), " "))
			h = strings.NewReplacer("_", "", "-", "", " ", "").Replace(h)
			for _, w := range words {
				if h == w {
					return i
				}
			}
		}
		return -1
	}
	c := columns{
		find("inputtokens", "prompttokens", "contexttokens", "numprefilltokens", "input", "prompt"),
		find("outputtokens", "completiontokens", "generatedtokens", "numdecodetokens", "output", "completion"),
		find("timestamp", "time", "arrivedat", "date", "createdat"),
	}
	if c.input < 0 || c.output < 0 {
		missing := "input_tokens"
		if c.input >= 0 {
			missing = "output_tokens"
		}
		return c, diag.At(name, 1, 0, "there is no column %s", missing).
			WithHint("its columns: %s; input_tokens or prompt_tokens, and output_tokens or completion_tokens are needed", strings.Join(header, ", "))
	}
	return c, nil
}

// maxCount is more tokens than a request can have.
const maxCount = 1 << 40

func number(name string, in *csv.Reader, row []string, i int) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(row[i]), 10, 64)
	if err == nil && n >= 0 && n <= maxCount {
		return n, nil
	}
	line, column := in.FieldPos(i)
	return 0, diag.At(name, line, column, "%q is not a number of tokens", row[i])
}

func csvError(name string, err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return diag.At(name, p.Line, p.Column, "%w", p.Err)
	}
	return diag.At(name, 0, 0, "cannot be read: %w", err)
}

// at widens the time that the trace spans. A time that is not understood says nothing.
func (t *Traced) at(row []string, i int) {
	if i < 0 {
		return
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", time.DateOnly} {
		when, err := time.Parse(layout, strings.TrimSpace(row[i]))
		if err != nil {
			continue
		}
		if t.From.IsZero() || when.Before(t.From) {
			t.From = when
		}
		if when.After(t.To) {
			t.To = when
		}
		return
	}
}
