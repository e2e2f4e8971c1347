package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/strictyaml"
)

// maxInput is the largest text that is read from standard input or a flag's file, in bytes.
const maxInput = 64 << 20

// readInputFile reads a text that a flag names; "-" is standard input.
func (e *env) readInputFile(flag, path string) ([]byte, error) {
	if path == "-" {
		return e.readText("standard input", e.in)
	}
	return wait(e.done, path, func() ([]byte, error) {
		f, err := os.Open(path) //nolint:gosec // the user names it
		if err != nil {
			return nil, diag.Errorf("%s: %w", flag, err).WithHint("%s takes the path of a file, or - for standard input", flag)
		}
		defer f.Close() //nolint:errcheck // only read from
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, diag.Errorf("%s: %s is a directory, not a file", flag, path).WithHint("name a file in it")
		}
		return e.readText(path, f)
	})
}

func (e *env) readText(name string, r io.Reader) ([]byte, error) {
	data, err := e.readAll(name, r)
	if err != nil {
		return nil, err
	}
	return data, checkUTF8(name, data)
}

// readAll waits for the end of r, but no longer than for the first signal: a pipe may stay open for ever.
func (e *env) readAll(name string, r io.Reader) ([]byte, error) {
	data, err := wait(e.done, name, func() ([]byte, error) { return io.ReadAll(io.LimitReader(r, maxInput+1)) })
	switch {
	case errors.Is(err, errStopped):
		return nil, err
	case err != nil:
		return nil, diag.Errorf("%s cannot be read: %w", name, err)
	case len(data) > maxInput:
		return nil, diag.Errorf("%s is larger than %d MiB", name, maxInput>>20).WithHint("no provider takes as much")
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

var errStopped = errors.New("stopped")

// wait gives what f returns, or errStopped when done closes before: opening or reading a FIFO can block
// where no context reaches, and what f still holds then ends with the process.
func wait[T any](done <-chan struct{}, name string, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	ch := make(chan result, 1)
	go func() {
		v, err := f()
		ch <- result{v, err}
	}()
	select {
	case r := <-ch:
		return r.value, r.err
	case <-done:
		var zero T
		return zero, fmt.Errorf("%w while waiting for %s", errStopped, name)
	}
}

// checkUTF8 refuses text that would reach the provider as something else than what was written.
func checkUTF8(name string, data []byte) error {
	if utf8.Valid(data) {
		return nil
	}
	good := 0
	for good < len(data) {
		r, n := utf8.DecodeRune(data[good:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		good += n
	}
	before := data[:good]
	return diag.At(name, 1+bytes.Count(before, []byte("\n")), good-bytes.LastIndexByte(before, '\n'), "is not UTF-8").
		WithHint("convert it, for example with `iconv -f latin1 -t utf-8`")
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
	data, err := e.readText("standard input", e.in)
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
		if err := checkUTF8("--var", []byte(pair)); err != nil {
			return nil, err
		}
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
