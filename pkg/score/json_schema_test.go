package score

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSchemaFile(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.json": `{"required": ["x"]}`, "bad.json": `{"type": 7}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for file, want := range map[string]string{
		"a.json": "", "bad.json": "bad.json: not a valid schema: at /type", "none.json": "no such file", "../a.json": "is not in the suite's directory",
	} {
		m, err := build("{type: json_schema, file: " + file + "}")
		if err != nil {
			t.Fatal(err)
		}
		before := m.Hash
		err = m.Bind(Tools{Dir: dir})
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q", file, err, want)
			}
			continue
		}
		if err != nil || m.Hash == before {
			t.Fatalf("%v; the hash was %s and is %s", err, before, m.Hash)
		}
		if o := m.Score(context.Background(), &Sample{Output: "{}"}); o.Pass || o.Why != "at the top: missing property 'x'" {
			t.Errorf("got %+v", o)
		}
	}
}
