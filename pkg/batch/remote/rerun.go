package remote

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

// WriteFailed writes the input records whose answer is an error into a file, ready to be run or submitted
// again, and tells how many. Records that could not be read are among them. in may be the zero Input: then
// it is the one that the state names.
func WriteFailed(ctx context.Context, output, path string, in batch.Input) (n int, err error) {
	s, err := LoadState(output)
	if err != nil {
		return 0, err
	}
	if in.Path == "" {
		if in, err = s.input(output); err != nil {
			return 0, err
		}
	}
	failed, err := failures(output)
	if err != nil {
		return 0, err
	}
	err = wholefile.Write(path, func(w io.Writer) error {
		write := func(raw []byte) {
			n++
			_, _ = w.Write(append(raw[:len(raw):len(raw)], '\n')) // wholefile tells what went wrong
		}
		settings := batch.Settings{Prompt: s.Begin.Prompt, Map: s.Begin.Map, ID: s.Begin.ID}
		return batch.Each(ctx, in, settings, func(it batch.Item) error {
			hash, ok := failed[it.ID]
			if ok && hash != recordPart(it.Hash) {
				return in.Changed(it, output)
			}
			if ok {
				write(it.Raw)
			}
			return nil
		}, func(it batch.Item) { write(it.Raw) })
	})
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return 0, diag.Errorf("file of errors: %w", err)
	}
	if err != nil {
		return 0, err
	}
	return n, nil
}

// recordPart is the part of Record.Hash that stands for the record, whatever the settings.
func recordPart(hash string) string {
	_, record, _ := strings.Cut(hash, "-")
	return record
}

// input is the input that the state names.
func (s *State) input(output string) (batch.Input, error) {
	if s.Begin.Input == "" {
		return batch.Input{}, diag.Errorf("the batch was read from standard input").WithHint("name the file of its records: --input FILE")
	}
	path := filepath.FromSlash(s.Begin.Input)
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(output), path)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return batch.Input{}, diag.Errorf("the input %s is not there", path).WithHint("name it: --input FILE")
	}
	return batch.Input{Name: path, Path: path, Format: batch.Format(s.Begin.Format)}, nil
}

// failures reads which records of an output are errors, and the hash of each.
func failures(output string) (map[string]string, error) {
	f, err := os.Open(output)
	if err != nil {
		return nil, diag.Errorf("output: %w", err)
	}
	defer f.Close()
	failed := map[string]string{}
	in := jsonlines.NewReader(f)
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return failed, nil
		}
		var r struct {
			ID, Hash string
			Error    *batch.Failure
		}
		if err == nil {
			err = json.Unmarshal(line, &r)
		}
		if err != nil {
			return nil, diag.At(output, in.Number(), 0, "it is no output of a batch: %w", err)
		}
		if r.Error != nil {
			failed[r.ID] = recordPart(r.Hash)
		}
	}
}
