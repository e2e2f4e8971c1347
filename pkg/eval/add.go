package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// Addable is a case as `eval cases add` writes it. Raw is its JSON.
type Addable struct {
	*Case
	Raw json.RawMessage
}

// ParseCase reads a case of one JSON object; from and line say where it stands, for errors.
func ParseCase(from string, line int, raw []byte) (Addable, error) {
	c, err := decodeCase(from, raw, func(offset int64) (int, int) { return line, column(raw, offset) })
	if err != nil {
		return Addable{}, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return Addable{}, err
	}
	return Addable{c, compact.Bytes()}, nil
}

// Add appends cases to the suite's first JSONL file, which it makes where it is missing, and gives its path.
// A case whose id the suite has, or whose question it asks already, is a *diag.Error, and then none is added.
func (s *Suite) Add(cases []Addable) (path string, err error) {
	if path, err = s.appendable(); err != nil {
		return "", err
	}
	seen, questions := newNames(), map[string]string{}
	for c, err := range s.allBut(path) {
		if err != nil {
			return "", err
		}
		_ = seen.take(c) // All took it already
		questions[c.question()] = c.ID
	}
	for _, a := range cases {
		s.complete(a.Case)
		if id, twice := questions[a.question()]; twice {
			return "", diag.At(a.Place.File, a.Place.Line, 0, "case %s asks what %s asks already", a.ID, id)
		}
		questions[a.question()] = a.ID
		if err := seen.take(a.Case); err != nil {
			return "", err
		}
	}
	f, err := jsonlines.OpenFile(path)
	if err != nil {
		return "", err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	if err := f.EndLine(); err != nil {
		return "", err
	}
	for _, a := range cases {
		if err := f.AppendLine(a.Raw); err != nil {
			return "", err
		}
	}
	return path, f.Sync()
}

// appendable is the file that cases are added to.
func (s *Suite) appendable() (string, error) {
	for _, pattern := range s.Cases {
		ext := strings.ToLower(filepath.Ext(pattern))
		if (ext == ".jsonl" || ext == ".ndjson") && !strings.ContainsAny(pattern, "*?[") {
			path := filepath.FromSlash(pattern)
			if !filepath.IsAbs(path) {
				path = filepath.Join(s.Dir, path)
			}
			return path, nil
		}
	}
	return "", diag.At(s.File, 0, 0, "the suite names no JSONL file that cases could be added to").WithHint("add one: cases: [%s, cases.jsonl]", strings.Join(s.Cases, ", "))
}

// allBut streams the suite's cases; a file that cases are added to may be missing.
func (s *Suite) allBut(path string) iter.Seq2[*Case, error] {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return s.All()
	}
	as := *s
	as.Cases = slices.DeleteFunc(slices.Clone(s.Cases), func(pattern string) bool {
		return filepath.Join(s.Dir, filepath.FromSlash(pattern)) == path || pattern == path
	})
	return as.All()
}

// question identifies what the case asks, whatever it expects.
func (c *Case) question() string { return digest(c.Input, c.Vars, c.Messages) }
