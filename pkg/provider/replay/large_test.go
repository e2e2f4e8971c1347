package replay_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

func TestALargeRecordingStaysOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.jsonl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	text := strings.Repeat("0123456789abcdef", 64<<10/16)
	const lines = 280 // of 64 KiB: 17.5 MiB
	for i := range lines {
		fmt.Fprintf(w, `{"case": "c%d", "output": "%s%d"}`+"\n", i, text, i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m := open(t, path)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 4<<20 {
		t.Errorf("%d bytes are held for a file of 17.5 MiB", held)
	}
	for _, i := range []int{0, 7, lines - 1} {
		resp, err := m.Generate(t.Context(), &llm.Request{Case: fmt.Sprint("c", i)})
		if err != nil || resp.Text() != text+fmt.Sprint(i) {
			t.Errorf("case %d: %v", i, err)
		}
	}
	if err := os.Truncate(path, 1<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Generate(t.Context(), &llm.Request{Case: "c279"}); err == nil || !strings.Contains(err.Error(), ":280: the recording changed") {
		t.Errorf("after the file was cut: %v", err)
	}
}

func TestALineThatIsTooLong(t *testing.T) {
	path := recording(t, `{"case": "a", "output": "x"}`, `{"case": "b", "output": "`+strings.Repeat("x", 64<<20)+`"}`)
	if _, err := replay.Open(path, replay.Options{}); err == nil || !strings.HasPrefix(err.Error(), path+":2: the line is longer than 64 MiB") {
		t.Error(err)
	}
}
