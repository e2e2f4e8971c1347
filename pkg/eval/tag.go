package eval

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

const maxTag = 64

// CheckTag tells what keeps a text from being a tag: tags are names of directories, too, on any system.
func CheckTag(tag string) error {
	ok := tag != "" && len(tag) <= maxTag && tag[0] != '.' && tag[0] != '-'
	for _, c := range tag {
		ok = ok && ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("._-", c))
	}
	ok = ok && strings.ContainsFunc(tag, func(c rune) bool { return !strings.ContainsRune("._-", c) }) && tag[len(tag)-1] != '.'
	switch {
	case !ok:
		return diag.Errorf("%.80q cannot be a tag", tag).
			WithHint("use letters, digits, dots, dashes and underscores, at most %d: main, v1.2.0", maxTag)
	case isDevice(tag):
		return diag.Errorf("%q cannot be a tag: Windows has no directory of that name", tag)
	case tag == lastRun:
		return diag.Errorf("%q cannot be a tag: it stands for the newest run", tag)
	}
	return nil
}

// isDevice tells whether a name is one of Windows' devices there, whatever its case and ending: con, NUL.txt.
func isDevice(name string) bool {
	name, _, _ = strings.Cut(strings.ToLower(name), ".")
	switch name {
	case "con", "prn", "aux", "nul":
		return true
	}
	port, ok := strings.CutPrefix(name, "com")
	if !ok {
		port, ok = strings.CutPrefix(name, "lpt")
	}
	return ok && len(port) == 1 && '0' <= port[0] && port[0] <= '9'
}

// Tag names a stored run; "" takes its tag away. A tag that another run of the suite has is an error, unless
// move is set: then that run loses it. A run that is still going on cannot be tagged.
func Tag(root, dir, tag string, move bool) error {
	if tag != "" {
		if err := CheckTag(tag); err != nil {
			return err
		}
	}
	info, err := ReadInfo(dir)
	if err != nil {
		return err
	}
	runs, err := Runs(root)
	if err != nil {
		return err
	}
	for _, other := range runs {
		switch {
		case tag == "" || other.ID == info.ID || other.Tag != tag || other.Suite != info.Suite:
			continue
		case !move:
			return diag.Errorf("run %s has the tag %s already", other.ID, tag).WithHint("--force moves it")
		}
		if err := retag(filepath.Join(root, other.ID), ""); err != nil {
			return err
		}
	}
	return retag(dir, tag)
}

func retag(dir, tag string) error {
	return alone(dir, func() error {
		info, err := ReadInfo(dir)
		if err != nil {
			return err
		}
		info.Tag = tag
		if info.Totals != nil {
			info.Totals.Run.Tag = tag
		}
		return writeInfo(dir, info)
	})
}

// alone does something to a stored run while nobody else writes to it.
func alone(dir string, do func() error) error {
	f, err := openRecords(dir)
	if err != nil {
		return err
	}
	return errors.Join(do(), f.Close())
}

// tagged tells whether a run has a tag, or one of the suite's baselines is a copy of it.
func tagged(info Info, blessed []string) bool {
	return info.Tag != "" || slices.Contains(blessed, info.ID)
}
