package prompt

import (
	"errors"
	"io/fs"
	"strings"
)

// labelsOf reads the labels of one prompt. In a file as `llmops prompt promote` writes it, only the
// prompt's own lines are parsed, since the file of a large registry, with its history, takes longer than
// everything else that resolving a label does. Any other layout is parsed as a whole.
func (r *Registry) labelsOf(name string) (*Labels, error) {
	data, err := r.readFile(labelsFile, maxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if line, snippet, ok := ownLines(string(data), name); ok {
		return parseLabelsAt(r.shown(labelsFile), []byte(snippet), line)
	}
	return parseLabels(r.shown(labelsFile), data)
}

// ownLines cuts the lines of one prompt out of the block mapping under "labels:"; before is the number of
// lines above the snippet, whose first line stands for "labels:".
func ownLines(text, name string) (before int, snippet string, ok bool) {
	const head = "labels:\n"
	at := strings.Index("\n"+text, "\n"+head)
	if at < 0 || strings.ContainsAny(text[:at], "&*") {
		return 0, "", false
	}
	key := "  " + name + ":"
	line := strings.Count(text[:at], "\n") + 1
	var own strings.Builder
	for l := range strings.Lines(text[at+len(head):]) {
		line++
		inside := own.Len() > 0
		switch {
		case strings.TrimSpace(l) == "" || strings.HasPrefix(strings.TrimSpace(l), "#"):
			if inside {
				own.WriteString("\n")
			}
		case !strings.HasPrefix(l, "  ") || strings.Contains(l, "\t"):
			return before, head + own.String(), inside && !strings.HasPrefix(l, " ") // the next top-level key
		case strings.HasPrefix(l, "   "):
			if inside {
				own.WriteString(l)
			}
		case inside:
			return before, head + own.String(), true
		case strings.HasPrefix(l, key):
			before = line - 2
			own.WriteString(l)
		}
	}
	return before, head + own.String(), own.Len() > 0
}
