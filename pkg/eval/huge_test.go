package eval

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// hugeCases asks for the test of 2 GB: LLMOPS_TEST_HUGE=1 go test -run TestHugeCaseFile ./pkg/eval
const hugeCases = "LLMOPS_TEST_HUGE"

// A case file of 2 GB is streamed: what is held at once is a case, and a few dozen bytes for each id.
func TestHugeCaseFile(t *testing.T) {
	if os.Getenv(hugeCases) == "" {
		t.Skipf("skipped: writes 2 GB; set %s=1", hugeCases)
	}
	const n, size = 20_000, 100 << 10
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, suiteName), "cases: c.jsonl\n")
	f, err := os.Create(filepath.Join(dir, "c.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	w, text := bufio.NewWriterSize(f, 1<<20), strings.Repeat("lorem ipsum ", size/12)
	for i := range n {
		fmt.Fprintf(w, `{"id": "case-%d", "input": "%s"}`+"\n", i, text)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	var most uint64
	cases := 0
	for _, err := range s.All() {
		if err != nil {
			t.Fatal(err)
		}
		if cases++; cases%1000 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.Sys)
		}
	}
	t.Logf("%d cases of %d bytes, at most %d MB taken from the system", cases, size, most>>20)
	if cases != n || most > 100<<20 {
		t.Errorf("%d cases, %d bytes", cases, most)
	}
}
