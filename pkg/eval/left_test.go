package eval

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// A process that was killed between the suite and the case files beside it leaves a copy that the next one completes.
func TestCheckoutCompletesWhatWasLeft(t *testing.T) {
	tree := fstest.MapFS{
		"s/suite.yaml": {Data: []byte("cases: ../c.jsonl\nscorers: [{type: exact}]\n")},
		"c.jsonl":      {Data: []byte(numbered(2))},
	}
	dest := t.TempDir()
	for range 2 {
		s, err := Checkout(tree, "s", dest)
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := s.Scan(nil); err != nil || sum.Cases != 2 {
			t.Fatalf("%d cases, %v", sum.Cases, err)
		}
		if err := os.Remove(filepath.Join(dest, "c.jsonl")); err != nil {
			t.Fatal(err)
		}
	}
}

// What a killed Bless leaves is no baseline.
func TestLeftoversAreNoBaselines(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\n", "c.jsonl": numbered(1), "baselines/.new-main/" + infoName: "{}"})
	if list := s.Baselines(); len(list) != 0 {
		t.Errorf("baselines %q", list)
	}
}
