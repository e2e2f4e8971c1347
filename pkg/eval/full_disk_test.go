//go:build linux

package eval

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// A disk that is full ends the run with whole records only; when there is room again, the rest is done.
func TestFullDisk(t *testing.T) {
	const n = 200
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: contains, values: ok}]\n", "c.jsonl": numbered(n)})
	asked := map[string]int{}
	long := callerFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		asked[req.Case]++
		return answering("ok " + strings.Repeat("x", 20_000)), nil
	})
	out, err := Run(t.Context(), s, Config{Caller: long, Root: disk, Concurrency: 1, NewID: func() string { return "full" }})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("got %v", err)
	}
	kept := 0
	for rec, err := range Records(filepath.Join(disk, "full")) {
		if err != nil || rec.Case != fmt.Sprintf("c%d", kept) || !rec.Passed() {
			t.Fatalf("record %d: %+v, %v", kept, rec, err)
		}
		kept++
	}
	if kept < 20 || kept == n || out.Result.Cases != kept || out.Result.Valid {
		t.Fatalf("%d records were kept; %+v", kept, out.Result)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=20m"); err != nil {
		t.Fatal(err)
	}
	out, err = Run(t.Context(), s, Config{Caller: long, Root: disk, Concurrency: 1, Resume: "full"})
	if err != nil || !out.Result.Valid || out.Result.Cases != n {
		t.Errorf("%v, %s", err, out.Result.Invalid)
	}
	for i := range kept { // the one whose record found no room is asked again, and the next was under way by then
		if times := asked[fmt.Sprintf("c%d", i)]; times != 1 {
			t.Errorf("c%d was asked %d times", i, times)
		}
	}
}
