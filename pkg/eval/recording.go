package eval

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// ModelRef resolves a reference replay/NAME to the suite's recordings/NAME.jsonl, or to NAME as a path
// where that is a file. Other references are returned as they are.
func (s *Suite) ModelRef(ref string) (string, error) {
	name, ok := strings.CutPrefix(ref, "replay/")
	if !ok {
		return ref, nil
	}
	name, query, asked := strings.Cut(name, "?")
	if asked {
		query = "?" + query
	}
	own := filepath.Join(s.Dir, "recordings", filepath.FromSlash(name)+".jsonl")
	for _, path := range []string{own, filepath.FromSlash(name), filepath.Join(s.Dir, filepath.FromSlash(name))} {
		if info, err := os.Stat(path); err == nil && name != "" {
			if info.IsDir() {
				continue
			}
			return "replay/" + filepath.ToSlash(path) + query, nil
		}
	}
	err := diag.Errorf("no recording %q: neither %s nor a file of that name", name, own)
	names := s.Recordings()
	if near := diag.DidYouMean(name, names); near != "" {
		return "", err.WithHint("%s", near)
	}
	if len(names) > 0 {
		return "", err.WithHint("recordings: %s", strings.Join(names, ", "))
	}
	return "", err.WithHint("record one: llmops eval run %s --model PROVIDER/MODEL --record %s", s.Name, own)
}

// Recordings lists the names of the suite's recordings, sorted.
func (s *Suite) Recordings() []string {
	files, _ := filepath.Glob(filepath.Join(escapeGlob(s.Dir), "recordings", "*.jsonl"))
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(filepath.Base(f), ".jsonl")
	}
	return names
}
