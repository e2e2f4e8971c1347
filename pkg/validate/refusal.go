package validate

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// openings is how many characters of an answer are searched: a refusal opens the answer, and what a long
// answer says in its middle about what cannot be done is advice.
const openings = 400

// Refusal finds the words by which an answer declines to do what was asked: "I can't help with", "size
// yardımcı olamam", "ich kann dabei nicht helfen". It knows phrases in English, Turkish, German, French,
// Spanish, Portuguese, Italian, Dutch, Russian, Chinese, Japanese and Korean, and looks at the first 400 characters.
//
// The rules, so that a result can be understood: case, the kind of apostrophe and the dots of the i do not
// count. The speaker must be the model ("I", "we", a first person verb): "you cannot return it" is an
// answer. The verb must be one of answering (help, provide, write, discuss …): "I can't find an order 17"
// is an answer. "I can't help but notice" and "I can't recommend it enough" are none either. An empty
// answer is no refusal.
//
// It is a rule and no reader: a refusal in other words goes unseen, and where that matters a judge decides.
func Refusal(answer string) (words string, refused bool) {
	text := plainOpening(answer)
	for _, r := range refusals() {
		if !r.possible(text) {
			continue
		}
		for _, at := range r.pattern.FindAllStringIndex(text, -1) {
			if !idiom(text[at[0]:at[1]], text[at[1]:]) {
				return strings.TrimSpace(text[at[0]:at[1]]), true
			}
		}
	}
	return "", false
}

// idiom tells whether what follows the words in the same breath makes something else of them.
func idiom(words, rest string) bool {
	if !strings.HasSuffix(words, " ") && !strings.HasPrefix(rest, " ") {
		return false
	}
	rest = strings.TrimPrefix(rest, " ")
	for _, s := range []string{"but ", "enough", "it enough", "this enough", "them enough"} {
		if strings.HasPrefix(rest, s) {
			return true
		}
	}
	return false
}

// plainOpening takes the beginning of an answer, in small letters, with one i for i, I, İ and ı, plain
// apostrophes and single spaces.
func plainOpening(s string) string {
	var b strings.Builder
	n, gap := 0, false
	for _, r := range norm.NFC.String(s[:min(len(s), 8*openings)]) {
		switch r {
		case '’', 'ʼ', '‘', '`', '´':
			r = '\''
		case 'İ', 'ı':
			r = 'i'
		case '\u0307', '*', '_', '#', '>', '"', '“', '”': // emphasis and quotes
			continue
		}
		if unicode.IsSpace(r) {
			gap = true
			continue
		}
		if gap && n > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(unicode.ToLower(r))
		if n++; n >= openings {
			break
		}
	}
	return b.String()
}

// refusalRule is a phrase, compiled.
type refusalRule struct {
	needs   []string
	pattern *regexp.Regexp
}

func (r refusalRule) possible(text string) bool {
	for _, word := range r.needs {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// refusals are the phrases, compiled on first use. In them < and > stand for the edges of a word, which \b
// does not find outside ASCII.
var refusals = sync.OnceValue(func() []refusalRule {
	var list []refusalRule
	for _, p := range refusalPatterns() {
		text := strings.ReplaceAll(p.pattern, "<", `(?:^|[^\p{L}\p{N}])`)
		text = strings.ReplaceAll(text, ">", `(?:$|[^\p{L}\p{N}])`)
		list = append(list, refusalRule{strings.Fields(p.needs), regexp.MustCompile(text)})
	}
	return list
})
