package batch

import (
	"os"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// checkPaths refuses to write over what is read, and into what is no file.
func checkPaths(cfg Config) error {
	if cfg.Output == "-" {
		return diag.Errorf("the output cannot be standard output").WithHint("a batch can be resumed only from a file: -o answers.jsonl")
	}
	names := []struct{ what, path string }{{"the output", cfg.Output}, {"the file of errors", cfg.Errors}, {"the input", cfg.Input.Path}}
	var seen []os.FileInfo
	for i, n := range names {
		info, err := os.Stat(n.path)
		if n.path == "" || err != nil {
			seen = append(seen, nil)
			continue
		}
		for k, other := range seen {
			if other != nil && os.SameFile(info, other) {
				return diag.Errorf("%s and %s are the same file, %s", names[k].what, n.what, n.path)
			}
		}
		if i < 2 && !info.Mode().IsRegular() {
			return diag.Errorf("%s, %s, is no regular file", n.what, n.path).WithHint("a batch can be resumed only from a file")
		}
		seen = append(seen, info)
	}
	if cfg.Errors != "" && filepath.Clean(cfg.Errors) == filepath.Clean(cfg.Output) { // not there yet
		return diag.Errorf("the output and the file of errors are the same file, %s", cfg.Output)
	}
	return nil
}
