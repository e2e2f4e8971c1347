package metric

import (
	"strings"
	"unicode"
)

// NormalizeSQuAD prepares an answer for comparison as SQuAD's evaluate-v1.1.py does, in its order: lower
// case, without ASCII punctuation, without the words a, an and the, single spaces.
// Source: Rajpurkar and others 2016, and the official evaluation script.
func NormalizeSQuAD(s string) string {
	s = strings.Map(func(r rune) rune {
		if asciiPunctuation(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	return strings.Join(strings.Fields(dropArticles(s)), " ")
}

// dropArticles puts a space in the place of each article that stands alone: the script's \b(a|an|the)\b,
// whose \b is Python's and so knows letters, digits and the underscore of all scripts.
func dropArticles(s string) string {
	var b strings.Builder
	word := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }
	for len(s) > 0 {
		end := strings.IndexFunc(s, func(r rune) bool { return !word(r) })
		if end < 0 {
			end = len(s)
		}
		switch w := s[:end]; w {
		case "a", "an", "the":
			b.WriteByte(' ')
		default:
			b.WriteString(w)
		}
		s = s[end:]
		next := strings.IndexFunc(s, word)
		if next < 0 {
			next = len(s)
		}
		b.WriteString(s[:next])
		s = s[next:]
	}
	return b.String()
}

// TokenF1 is the F1 of the words that an answer shares with a reference, both prepared by NormalizeSQuAD,
// a word that comes twice counted twice. Where either is empty it is 1 if both are, else 0, as in
// SQuAD 2.0's evaluation script. Of several references the best counts. Source: Rajpurkar and others 2016
// and 2018.
func TokenF1(answer string, references ...string) float64 {
	best := 0.0
	have := ngrams(strings.Fields(NormalizeSQuAD(answer)), 1)
	for _, r := range references {
		want := ngrams(strings.Fields(NormalizeSQuAD(r)), 1)
		if len(have) == 0 && len(want) == 0 {
			return 1
		}
		best = max(best, rouge(common(have, want), size(have), size(want)).FMeasure)
	}
	return best
}

// ExactMatchSQuAD tells whether the answer and one of the references are the same after NormalizeSQuAD.
func ExactMatchSQuAD(answer string, references ...string) bool {
	have := NormalizeSQuAD(answer)
	for _, r := range references {
		if have == NormalizeSQuAD(r) {
			return true
		}
	}
	return false
}

// FuzzyMatch tells whether, after NormalizeSQuAD, the answer or one of the references contains the other.
// An empty text matches an empty one only. Source: openai/evals, evals/elsuite/utils.py, fuzzy_match.
func FuzzyMatch(answer string, references ...string) bool {
	have := NormalizeSQuAD(answer)
	for _, r := range references {
		want := NormalizeSQuAD(r)
		if have == "" || want == "" {
			if have == want {
				return true
			}
			continue
		}
		if strings.Contains(have, want) || strings.Contains(want, have) {
			return true
		}
	}
	return false
}
