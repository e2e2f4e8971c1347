package eval_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// storedRun writes the run.json of a run that began at this hour.
func storedRun(t *testing.T, root, id, tag string, hour int) {
	t.Helper()
	dir := filepath.Join(root, id)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`{"schema": "llmops.run/v1", "id": %q, "tag": %q, "started": "2026-01-01T%02d:00:00Z"}`, id, tag, hour)
	if err := os.WriteFile(filepath.Join(dir, "run.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFindRun(t *testing.T) {
	root := t.TempDir()
	storedRun(t, root, "20260101-010000-aaaaaa", "main", 1)
	storedRun(t, root, "20260101-020000-bbbbbb", "main", 4) // gone on with later
	storedRun(t, root, "20260101-030000-cccccc", "candidate", 3)
	elsewhere := t.TempDir()
	storedRun(t, elsewhere, "blessed", "", 1)
	for name, c := range map[string]struct{ ask, want, hint string }{
		"id":           {"20260101-010000-aaaaaa", "20260101-010000-aaaaaa", ""},
		"beginning":    {"20260101-03", "20260101-030000-cccccc", ""},
		"ambiguous":    {"20260101", "", "write more of it"},
		"newest tag":   {"main", "20260101-020000-bbbbbb", ""},
		"last":         {"last", "20260101-020000-bbbbbb", ""},
		"a path":       {filepath.Join(elsewhere, "blessed"), filepath.Join(elsewhere, "blessed"), ""},
		"mistyped":     {"candidat3", "", "did you mean candidate?"},
		"unlike all":   {"zzz", "", "newest: 20260101-020000-bbbbbb, main"},
		"empty":        {"", "", "a run is named by"},
		"out of root":  {"../x", "", "a run is named by"},
		"root itself":  {".", "", "a run is named by"},
		"upper folder": {"..", "", "a run is named by"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := eval.FindRun(root, c.ask)
			want := c.want
			if want != "" && !filepath.IsAbs(want) {
				want = filepath.Join(root, want)
			}
			var user *diag.Error
			switch {
			case got != want:
				t.Errorf("got %q, %v; want %q", got, err, want)
			case want == "" && (!errors.As(err, &user) || !strings.Contains(user.Hint(), c.hint)):
				t.Errorf("got %v, hint %q; want a hint with %q", err, diag.HintOf(err), c.hint)
			}
		})
	}
	if _, err := eval.FindRun(filepath.Join(root, "nowhere"), "last"); err == nil || !strings.Contains(diag.HintOf(err), "eval run SUITE") {
		t.Errorf("without a run: %v", err)
	}
}
