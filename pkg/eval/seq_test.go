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

// A record that claims another place in the run than its case has, or none, is not resumed from: it would be counted
// for a case that was never asked.
func TestResumeFromStrayRecords(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\n", "c.jsonl": numbered(3)})
	root := t.TempDir()
	out, err := Run(t.Context(), s, Config{Caller: always("x"), Root: root})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, out.Info.ID, casesName)
	whole := strings.SplitAfter(strings.TrimSuffix(readFile(t, path), "\n"), "\n")
	for name, c := range map[string]struct{ old, new, want string }{
		"beyond the run":     {`"seq":2`, `"seq":3`, casesName + ":3: malformed record: seq 3 and repeat 0 are no place in a run of 3 answers"},
		"far beyond":         {`"seq":2`, `"seq":60000000`, "no place in a run"},
		"a repeat too many":  {`"seq":2`, `"seq":2,"repeat":1`, "no place in a run"},
		"another case's":     {`"seq":2`, `"seq":1`, ""}, // twice in the file: the first counts
		"of an unknown case": {`"case":"`, `"case":"z`, "is of case \"z"},
	} {
		text := whole[0] + whole[1] + strings.Replace(whole[2], c.old, c.new, 1) + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, retry := range []bool{false, true} {
			got, err := Run(t.Context(), s, Config{Caller: always("x"), Root: root, Resume: out.Info.ID, Retry: retry})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v; want %q", name, err, c.want)
			}
			if err == nil && got.Result.Cases != 3 {
				t.Errorf("%s: %d cases", name, got.Result.Cases)
			}
		}
	}
}
