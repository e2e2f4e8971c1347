package prompt

import (
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Latest is the selector of the highest release.
const Latest = "latest"

// Ref is a parsed reference to a prompt version. Selector is what stands behind the @ (and behind the
// revision of git:REV:SELECTOR), "" when nothing does.
type Ref struct {
	Name     string
	Git      string // a git revision, "" for the files as they are
	Selector string

	exact      *semver.Version
	constraint *semver.Constraints
	label      string
}

// ParseRef reads a reference:
//
//	name               the highest release
//	name@latest        the same
//	name@1.2.0         exactly this version, 2.0.0-rc.1 too
//	name@^1.2          the highest release in a range; prereleases only when the range names one
//	name@production    what the label points to
//	name@git:main      the highest release in the tree of a git revision
//	name@git:main:^1   any of the above in that tree
func ParseRef(s string) (Ref, error) {
	name, selector, at := strings.Cut(s, "@")
	ref := Ref{Name: name, Selector: selector}
	if err := CheckName(name); err != nil {
		return ref, err
	}
	if at && selector == "" {
		return ref, diag.Errorf("prompt reference %.80q has nothing after @", s).WithHint("write %s, %s@1.2.0, %s@^1.2 or %s@production", name, name, name, name)
	}
	if rest, ok := strings.CutPrefix(selector, "git:"); ok {
		ref.Git, ref.Selector, _ = strings.Cut(rest, ":")
		if ref.Git == "" || strings.HasPrefix(ref.Git, "-") || strings.ContainsAny(ref.Git, " \t\r\n\x00") {
			return ref, diag.Errorf("prompt reference %.80q names no git revision", s).WithHint("write %s@git:main", name)
		}
	}
	return ref, ref.parseSelector()
}

func (ref *Ref) parseSelector() error {
	s := ref.Selector
	if s == "" || s == Latest {
		return nil
	}
	if v, err := semver.StrictNewVersion(strings.TrimPrefix(s, "v")); err == nil {
		ref.exact = v
		return nil
	}
	if validLabel(s) {
		ref.label = s
		return nil
	}
	if len(s) > 200 { // ranges are parsed by regular expressions
		return diag.Errorf("prompt %s: version range is longer than 200 characters", ref.Name)
	}
	c, err := semver.NewConstraint(s)
	if err != nil {
		return diag.Errorf("prompt %s: %.80q is neither a version, a range nor a label", ref.Name, s).
			WithHint("write %s@1.2.0, %s@^1.2 or %s@production", ref.Name, ref.Name, ref.Name)
	}
	ref.constraint = c
	return nil
}

// String writes the reference as ParseRef reads it.
func (ref Ref) String() string {
	s := ref.Name
	switch {
	case ref.Git != "" && ref.Selector != "":
		s += "@git:" + ref.Git + ":" + ref.Selector
	case ref.Git != "":
		s += "@git:" + ref.Git
	case ref.Selector != "":
		s += "@" + ref.Selector
	case ref.exact != nil:
		s += "@" + ref.exact.String()
	}
	return s
}

// CheckName tells whether a name can be a prompt's: lower-case words with dashes, at most 64 characters.
func CheckName(name string) error {
	if validName(name) {
		return nil
	}
	e := diag.Errorf("%.80q is not a prompt name", name).WithHint("names are lower-case words with dashes: customer-support")
	if n := NameFrom(name); n != "" {
		e.Advice += "; " + n + " would do"
	}
	return e
}

func validName(name string) bool {
	if name == "" || len(name) > 64 || name[0] == '-' || name[len(name)-1] == '-' || strings.Contains(name, "--") {
		return false
	}
	for _, c := range []byte(name) {
		if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// validLabel is validName, but for what reads as a version: a label begins with a letter, and is not v1.
func validLabel(s string) bool {
	if !validName(s) || s[0] < 'a' || s == Latest || s == "x" {
		return false
	}
	return s[0] != 'v' || len(s) == 1 || s[1] < '0' || s[1] > '9'
}

// NameFrom makes a prompt name of any text: "Movie Critic/v2" becomes "movie-critic-v2". "" means that
// nothing of it can be used.
func NameFrom(text string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(text)) {
		if (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') {
			b.WriteByte(c)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
		if b.Len() == 64 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
