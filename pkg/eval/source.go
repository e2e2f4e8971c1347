package eval

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// maxRecord is the largest case of a JSONL or JSON file, in bytes.
const maxRecord = 32 << 20

// readCases streams the cases of a file by its extension. JSONL, JSON and CSV are read one case at a
// time, so that a file of any size takes little memory; YAML is read whole, up to 4 MiB.
func readCases(path string) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		f, err := openCases(path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close() //nolint:errcheck // only read from
		in := bufio.NewReaderSize(f, 64<<10)
		if err := skipBOM(path, in); err != nil {
			yield(nil, err)
			return
		}
		read := formats()[strings.ToLower(filepath.Ext(path))]
		read(path, in)(yield)
	}
}

type format func(path string, in *bufio.Reader) iter.Seq2[*Case, error]

func formats() map[string]format {
	return map[string]format{
		".jsonl": readJSONL, ".ndjson": readJSONL, ".json": readJSON,
		".yaml": readYAML, ".yml": readYAML, ".csv": readCSV,
	}
}

// extensions of case files, for globs and errors.
var extensions = []string{".jsonl", ".ndjson", ".json", ".yaml", ".yml", ".csv"}

func openCases(path string) (*os.File, error) {
	if !slices.Contains(extensions, strings.ToLower(filepath.Ext(path))) {
		return nil, diag.At(path, 0, 0, "a case file ends in .jsonl, .json, .yaml or .csv")
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, diag.At(path, 0, 0, "no such case file").WithHint("%s", nearFiles(path))
	case err != nil:
		return nil, diag.At(path, 0, 0, "cannot be read: %w", errors.Unwrap(err))
	case info.IsDir():
		return nil, diag.At(path, 0, 0, "is a directory, not a case file").WithHint("name its files: %s", filepath.Join(filepath.Base(path), "*.jsonl"))
	case !info.Mode().IsRegular(): // a pipe can be read only once, and cases are read twice
		return nil, diag.At(path, 0, 0, "is not a regular file")
	}
	f, err := os.Open(path) //nolint:gosec // the suite names it
	if err != nil {
		return nil, diag.At(path, 0, 0, "cannot be read: %w", errors.Unwrap(err))
	}
	return f, nil
}

func nearFiles(path string) string {
	entries, _ := os.ReadDir(filepath.Dir(path)) // no directory, no hint
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return diag.DidYouMean(filepath.Base(path), names)
}

// skipBOM drops a UTF-8 byte order mark and refuses UTF-16.
func skipBOM(path string, in *bufio.Reader) error {
	head, err := in.Peek(3)
	if err != nil && err != io.EOF {
		return diag.At(path, 0, 0, "cannot be read: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err := in.Discard(3)
		return err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")),
		len(head) > 1 && (head[0] == 0) != (head[1] == 0): // without a mark: every other byte of ASCII is 0
		return diag.At(path, 1, 1, "UTF-16 text").WithHint("save the file as UTF-8")
	}
	return nil
}
