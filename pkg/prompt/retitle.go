package prompt

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// retitled gives the text of a version file under another version and with another changelog, and
// changes nothing else: comments, order and line ends stay. The result is parsed again before it is used.
func (f *File) retitled(text, version, changelog string) ([]byte, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	eol := "\n"
	if strings.Contains(text, "\r\n") {
		eol = "\r\n"
	}
	lines := strings.SplitAfter(text, "\n")
	versionLine := "version: " + version + eol
	changeLine := "changelog: " + scalar(changelog) + eol
	if !strings.HasPrefix(text, "---") {
		lines = slices.Insert(lines, 0, "---"+eol, versionLine, changeLine, "---"+eol)
	} else {
		lines = f.setLines(lines, versionLine, changeLine)
	}
	out := []byte(strings.Join(lines, ""))
	again, err := ParseFile(f.Path, out)
	if err != nil || again.Version != version || again.Changelog != changelog || again.Body != f.Body || !sameKeys(f.places, again.places) {
		at := f.places["version"]
		return nil, diag.At(f.Path, at.line, at.column, "version and changelog cannot be set in this front matter").
			WithHint("give each key a line of its own")
	}
	return out, nil
}

// sameKeys tells whether two files have the same keys, but for the two that retitled sets.
func sameKeys(a, b places) bool {
	for key := range merged(a, b) {
		_, inA := a[key]
		_, inB := b[key]
		if inA != inB && key != "version" && key != "changelog" {
			return false
		}
	}
	return true
}

// scalar writes a text on one line.
func scalar(text string) string {
	n := keyNode(text)
	if text == "" {
		n.Style = yaml.DoubleQuotedStyle
	}
	b, err := yaml.Marshal(n)
	if err != nil {
		return `""`
	}
	return strings.TrimSuffix(string(b), "\n")
}

// setLines puts both lines where their keys stand; a changelog that is missing follows the version, and
// a version that is missing comes first. What stands further down is replaced first, so that the places
// of the rest stay right.
func (f *File) setLines(lines []string, version, changelog string) []string {
	v, hasVersion := f.places["version"]
	c, hasChangelog := f.places["changelog"]
	switch {
	case !hasVersion && !hasChangelog:
		return slices.Insert(lines, 1, version, changelog)
	case !hasVersion:
		return slices.Insert(setLine(lines, c, changelog), 1, version)
	case !hasChangelog:
		return setLine(lines, v, version, changelog)
	case v.line > c.line:
		return setLine(setLine(lines, v, version), c, changelog)
	}
	return setLine(setLine(lines, c, changelog), v, version)
}

// setLine replaces a key of the front matter and its value, which may go on over several lines.
func setLine(lines []string, at place, by ...string) []string {
	start, end := at.line-1, at.line
	for next := end; next < len(lines) && (continues(lines[next]) || strings.TrimSpace(lines[next]) == ""); next++ {
		if continues(lines[next]) {
			end = next + 1
		}
	}
	return slices.Replace(lines, start, end, by...)
}

// continues tells whether a line belongs to the value above it.
func continues(line string) bool {
	return strings.TrimSpace(line) != "" && (line[0] == ' ' || line[0] == '\t')
}
