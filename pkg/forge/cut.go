package forge

import "strings"

const cutNote = "\n\n… cut: it is too long for a comment\n"

// Cut shortens Markdown to limit bytes, between lines, and closes the blocks of code and the folds that are
// open there.
func Cut(body string, limit int) string {
	if len(body) <= limit {
		return body
	}
	const ends = 200 // for what is to be closed
	var out strings.Builder
	fence, folds := "", 0
	for line := range strings.Lines(body) {
		if out.Len()+len(line)+len(fence)+folds*len("</details>\n")+len(cutNote)+ends > limit {
			break
		}
		out.WriteString(line)
		text := strings.TrimSpace(line)
		ticks := text[:len(text)-len(strings.TrimLeft(text, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence != "" && text == fence:
			fence = ""
		case fence == "":
			folds += strings.Count(text, "<details>") - strings.Count(text, "</details>")
		}
	}
	if fence != "" {
		out.WriteString(fence + "\n")
	}
	for range max(0, folds) {
		out.WriteString("\n</details>\n")
	}
	return out.String() + cutNote
}
