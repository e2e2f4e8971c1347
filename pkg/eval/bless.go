package eval

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

const (
	baselinesName = "baselines"
	sumsName      = "SHA256SUMS" // as `sha256sum --check` reads it
)

// BaselineDir is where the suite keeps the baseline of a tag.
func (s *Suite) BaselineDir(tag string) string { return filepath.Join(s.Dir, baselinesName, tag) }

// Baselines lists the tags of the suite's baselines, sorted.
func (s *Suite) Baselines() []string {
	entries, _ := os.ReadDir(filepath.Join(s.Dir, baselinesName)) // where there are none, there is none
	var tags []string
	for _, e := range entries {
		if isRun(s.BaselineDir(e.Name())) && !strings.HasPrefix(e.Name(), ".") { // what a killed Bless leaves
			tags = append(tags, e.Name())
		}
	}
	return tags
}

// Bless copies a stored run to where the suite keeps its baselines, with the checksums of its files, and
// gives that directory. What was there under the tag is replaced.
func (s *Suite) Bless(run, tag string) (dir string, err error) {
	if err := CheckTag(tag); err != nil {
		return "", err
	}
	info, err := ReadInfo(run)
	if err != nil {
		return "", err
	}
	dir = s.BaselineDir(tag)
	fresh := filepath.Join(s.Dir, baselinesName, ".new-"+tag)
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
	if err := errors.Join(os.RemoveAll(fresh), os.MkdirAll(fresh, 0o755)); err != nil { //nolint:gosec // as readable as the project
		return "", err
	}
	info.Tag = tag
	if err := writeInfo(fresh, info); err != nil {
		return "", err
	}
	if err := copyFile(filepath.Join(run, casesName), filepath.Join(fresh, casesName)); err != nil {
		return "", err
	}
	if err := writeSums(fresh); err != nil {
		return "", err
	}
	return dir, errors.Join(os.RemoveAll(dir), os.Rename(fresh, dir))
}

func copyFile(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // a run's
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read from
	return wholefile.Write(to, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
}

func writeSums(dir string) error {
	var text strings.Builder
	for _, name := range []string{casesName, infoName} {
		sum, err := fileSum(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%s  %s\n", sum, name)
	}
	return replaceFile(filepath.Join(dir, sumsName), []byte(text.String()))
}

func fileSum(path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // a run's
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // only read from
	h := sha256.New()
	_, err = io.Copy(h, normalised(f))
	return hex.EncodeToString(h.Sum(nil)), err
}

// normalised reads a text with the line ends that it was written with: git may turn them into CR LF in a work
// tree on Windows.
func normalised(f io.Reader) io.Reader {
	in, out := io.Pipe()
	go func() {
		lines := bufio.NewReaderSize(f, 256<<10)
		for {
			line, err := lines.ReadBytes('\n')
			if n := len(line); n > 1 && line[n-2] == '\r' && line[n-1] == '\n' {
				line = append(line[:n-2], '\n')
			}
			if _, werr := out.Write(line); werr != nil || err != nil {
				if err == nil {
					err = werr
				}
				_ = out.CloseWithError(err) // never fails
				return
			}
		}
	}()
	return in
}

// CheckBaseline compares the files of a blessed baseline with its checksums. A baseline that was changed
// since is a *diag.Error.
func CheckBaseline(dir string) error {
	path := filepath.Join(dir, sumsName)
	data, err := os.ReadFile(path) //nolint:gosec // a run's
	if errors.Is(err, fs.ErrNotExist) {
		return diag.At(dir, 0, 0, "the baseline has no %s, so nothing says that it is as it was blessed", sumsName)
	}
	if err != nil {
		return err
	}
	var seen []string
	for line := range strings.Lines(strings.ReplaceAll(string(data), "\r\n", "\n")) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok || name != infoName && name != casesName {
			return diag.At(path, 0, 0, "malformed")
		}
		now, err := fileSum(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return diag.At(dir, 0, 0, "the baseline has lost its %s", name)
		}
		if err != nil {
			return err
		}
		if now != sum {
			return diag.At(filepath.Join(dir, name), 0, 0, "changed since it was blessed: its sha256 is not the one in %s", sumsName)
		}
		seen = append(seen, name)
	}
	if !slices.Contains(seen, infoName) || !slices.Contains(seen, casesName) {
		return diag.At(path, 0, 0, "malformed")
	}
	return nil
}
