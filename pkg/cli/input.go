package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/strictyaml"
)

// maxInput is the largest text that is read from standard input or a flag's file, in bytes.
const maxInput = 64 << 20

// readInputFile reads a file that a flag names; "-" is standard input.
func (e *env) readInputFile(flag, path string) ([]byte, error) {
	if path == "-" {
		return e.readAll("standard input", e.in)
	}
	f, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return nil, diag.Errorf("%s: %w", flag, err)
	}
	defer f.Close() //nolint:errcheck // only read from
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, diag.Errorf("%s: %s is a directory, not a file", flag, path)
	}
	return e.readAll(path, f)
}

func (e *env) readAll(name string, r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, diag.Errorf("%s cannot be read: %w", name, err)
	}
	if len(data) > maxInput {
		return nil, diag.Errorf("%s is larger than %d MiB", name, maxInput>>20)
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

// pipedInput is what stands on standard input when it is a pipe or a file, else nothing.
func (e *env) pipedInput() (string, error) {
	if e.in == nil || e.inTTY {
		return "", nil
	}
	if f, ok := e.in.(*os.File); ok {
		info, err := f.Stat()
		if err != nil || info.Mode()&os.ModeCharDevice != 0 { // closed, or /dev/null
			return "", nil
		}
	}
	data, err := e.readAll("standard input", e.in)
	return string(data), err
}

// variables joins --vars FILE and --var k=v; the latter win. k:=v takes v as JSON.
func (e *env) variables(file string, pairs []string) (map[string]any, error) {
	vars := map[string]any{}
	if file != "" {
		if err := e.readVars(file, &vars); err != nil {
			return nil, err
		}
	}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		isJSON := strings.HasSuffix(name, ":")
		name = strings.TrimSuffix(name, ":")
		if !ok || name == "" {
			return nil, diag.Errorf("--var %q is not name=value", pair).
				WithHint(`write --var question="Where is it?", or name:=JSON for a number, list or object`)
		}
		vars[name] = value
		if isJSON {
			v, err := decodeJSON("--var "+name, []byte(value))
			if err != nil {
				return nil, err
			}
			vars[name] = v
		}
	}
	if len(vars) == 0 {
		return nil, nil
	}
	return vars, nil
}

func (e *env) readVars(path string, into *map[string]any) error {
	data, err := e.readInputFile("--vars", path)
	if err != nil {
		return err
	}
	if ext := filepath.Ext(path); ext == ".yaml" || ext == ".yml" {
		doc, err := strictyaml.Parse(path, 0, data)
		if err != nil {
			return err
		}
		return doc.Decode(into)
	}
	v, err := decodeJSON(path, data)
	if err != nil {
		return err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return diag.At(path, 1, 1, "holds no object").WithHint(`write {"name": value, …}`)
	}
	*into = object
	return nil
}

// decodeJSON reads one JSON value; numbers keep their text.
func decodeJSON(name string, data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, diag.JSON(name, data, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		before := data[:dec.InputOffset()]
		line := 1 + bytes.Count(before, []byte("\n"))
		return nil, diag.At(name, line, len(before)-bytes.LastIndexByte(before, '\n'), "malformed JSON: something stands after the value")
	}
	return v, nil
}
