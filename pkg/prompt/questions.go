package prompt

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// yaml.v3 ends a plain scalar at a question mark inside { } and [ ], which YAML 1.2 does not, and which
// makes Picoschema's {context?: string} a syntax error. So a question mark that cannot be an indicator,
// since it stands right behind another character of a word, is read as a stand-in of the same width and
// put back afterwards.
func hideQuestions(text string) (hidden, standIn string) {
	if !strings.Contains(text, "?") {
		return text, ""
	}
	for r := rune(0xE03F); ; r++ { // private use: nobody writes it, and if somebody does, take the next
		if standIn = string(r); !strings.Contains(text, standIn) {
			break
		}
	}
	var b strings.Builder
	for i := range len(text) {
		if text[i] == '?' && i > 0 && strings.IndexByte(" \t\n[{,?", text[i-1]) < 0 {
			b.WriteString(standIn)
		} else {
			b.WriteByte(text[i])
		}
	}
	return b.String(), standIn
}

// showQuestions puts the question marks back.
func showQuestions(n *yaml.Node, standIn string, depth int) {
	if standIn == "" || depth > 200 {
		return
	}
	n.Value = strings.ReplaceAll(n.Value, standIn, "?")
	for _, c := range n.Content {
		showQuestions(c, standIn, depth+1)
	}
}
