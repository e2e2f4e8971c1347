package providertest

import (
	"bytes"
	"embed"
	"encoding/json"
	"flag"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

//go:embed testdata/openai testdata/anthropic testdata/gemini
var files embed.FS

var update = flag.Bool("providertest.update", false, "write the golden files of the conformance suite anew")

// testCase is an ability with the files of one dialect.
type testCase struct {
	name    string
	dialect Dialect
	request func() *llm.Request
	archive *txtar.Archive
}

// cases pairs the table of abilities with the dialect's files. An ability without a file and a file
// without an ability are mistakes.
func (d Dialect) cases(t testing.TB) []*testCase {
	t.Helper()
	var list []*testCase
	for _, a := range abilities() {
		raw, err := files.ReadFile(path.Join("testdata", string(d), a.name+".txtar"))
		if err != nil {
			t.Errorf("ability %s: %v", a.name, err)
			continue
		}
		request := func() *llm.Request {
			req := a.request()
			req.Model = d.model()
			req.Options = a.options[d]
			return req
		}
		list = append(list, &testCase{a.name, d, request, txtar.Parse(raw)})
	}
	entries, err := files.ReadDir(path.Join("testdata", string(d)))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".txtar")
		if !slices.ContainsFunc(list, func(c *testCase) bool { return c.name == name }) {
			t.Errorf("testdata/%s/%s belongs to no ability", d, e.Name())
		}
	}
	return list
}

func (c *testCase) file(t testing.TB, name string) []byte {
	t.Helper()
	for _, f := range c.archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	if !*update {
		t.Fatalf("%s/%s.txtar has no %s", c.dialect, c.name, name)
	}
	return []byte("{}")
}

// write puts a golden file into the case's archive on disk; tests run in a sibling of this directory.
func (c *testCase) write(t testing.TB, name string, content any) {
	t.Helper()
	var data bytes.Buffer
	if err := json.Indent(&data, encode(t, content), "", "  "); err != nil {
		t.Fatal(err)
	}
	data.WriteByte('\n')
	at := slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == name })
	if at < 0 {
		at = len(c.archive.Files)
		c.archive.Files = append(c.archive.Files, txtar.File{Name: name})
	}
	c.archive.Files[at].Data = data.Bytes()
	file := filepath.Join("..", "providertest", "testdata", string(c.dialect), c.name+".txtar")
	if err := os.WriteFile(file, txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// wantRequest is the golden request; a stream's has the dialect's fields for streaming as well.
func (c *testCase) wantRequest(t testing.TB, streamed bool) any {
	t.Helper()
	want := decode(t, c.file(t, "request.json"))
	if object, ok := want.(map[string]any); ok && streamed {
		for name, value := range c.dialect.streamFields() {
			object[name] = value
		}
	}
	return want
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	if raw, ok := v.([]byte); ok {
		return raw
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func decode(t testing.TB, raw []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return v
}
