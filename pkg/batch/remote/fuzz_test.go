package remote_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// A state file that somebody has edited is read or refused with its line, and nothing else.
func FuzzLoadState(f *testing.F) {
	const begin = `{"begin":{"schema":"llmops.batch.state/v1","tag":"llmops-01"}}` + "\n"
	f.Add(begin + `{"r":{"id":"a","hash":"h","part":1}}` + "\n" + `{"p":{"part":1,"step":"planned"}}` + "\n" + `{"planned":{"requests":1}}` + "\n")
	f.Add(begin + `{"p":{"part":3}}` + "\n")
	f.Add(begin + `{"p":{"part":-1,"batch":{}}}` + "\n" + `{"canc`)
	f.Add(`{"begin":{"schema":"other"}}` + "\n")
	dir := f.TempDir() // one input at a time in a process
	f.Fuzz(func(t *testing.T, text string) {
		output := filepath.Join(dir, "out.jsonl")
		if err := os.WriteFile(remote.StatePath(output), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := remote.LoadState(output)
		if err != nil {
			if d, ok := errors.AsType[*diag.Error](err); !ok || d.Line == 0 {
				t.Errorf("%v is no error with a line", err)
			}
			return
		}
		_, _, _ = s.Ended(), s.Fetched(), s.Submitted()
	})
}
