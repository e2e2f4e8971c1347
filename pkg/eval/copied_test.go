package eval

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What run.json says of its id leads to no other directory: that of a copy, and none outside of the runs.
func TestGarbageStaysInItsDirectory(t *testing.T) {
	for name, id := range map[string]string{"a copy": "kept", "outside": "../elsewhere"} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			root := filepath.Join(top, "runs")
			for dir, info := range map[string]Info{
				"runs/kept": {ID: "kept", Started: time.Unix(2000, 0)}, "runs/old": {ID: id, Started: time.Unix(1000, 0)}, "elsewhere": {ID: "elsewhere"},
			} {
				path := filepath.Join(top, filepath.FromSlash(dir))
				if err := os.MkdirAll(path, 0o755); err != nil {
					t.Fatal(err)
				}
				info.Schema, info.Suite, info.Status = runSchema, "s", StatusComplete
				if err := writeInfo(path, info); err != nil {
					t.Fatal(err)
				}
			}
			list, err := Garbage(root, Keep{Newest: 1, Age: -1}, time.Unix(3000, 0))
			if err != nil || len(list) != 1 {
				t.Fatalf("%v, %d runs", err, len(list))
			}
			if err := Delete(filepath.Join(root, list[0].ID), false); err != nil {
				t.Fatal(err)
			}
			if !isRun(filepath.Join(root, "kept")) || !isRun(filepath.Join(top, "elsewhere")) || isRun(filepath.Join(root, "old")) {
				t.Error("another run than the old one was deleted")
			}
		})
	}
}
