package eval

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A record whose place is impossible is malformed, and makes no room for all places before it.
func TestImpossiblePlaces(t *testing.T) {
	for name, record := range map[string]string{
		"negative":           `{"seq": -1, "case": "a", "hash": "h"}`,
		"beyond every run":   `{"seq": 9000000000000, "case": "a", "hash": "h"}`,
		"negative repeat":    `{"seq": 1, "repeat": -1, "case": "a", "hash": "h"}`,
		"repeat beyond them": `{"seq": 1, "repeat": 2, "case": "a", "hash": "h"}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, casesName), []byte(record+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, err := range Records(dir) {
			if err == nil || !strings.Contains(err.Error(), "no place in a run") {
				t.Errorf("Records, %s: %v", name, err)
			}
		}
		for _, err := range Numbers(dir) {
			if err == nil || !strings.Contains(err.Error(), "no place in a run") {
				t.Errorf("Numbers, %s: %v", name, err)
			}
		}
	}
}
