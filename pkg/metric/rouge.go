package metric

import "strings"

// Rouge is what one of the ROUGE measures gives, each number from 0 to 1. FMeasure is the harmonic mean.
type Rouge struct{ Precision, Recall, FMeasure float64 }

// RougeN counts the n-grams that candidate and reference share. An empty text gives zeros.
// Source: Lin 2004; google-research's rouge_score, whose tokens, counts and F-measure these are.
func RougeN(candidate, reference string, n int, stem bool) Rouge {
	have, want := ngrams(RougeTokens(candidate, stem), n), ngrams(RougeTokens(reference, stem), n)
	return rouge(common(have, want), size(have), size(want))
}

// RougeL takes the longest common subsequence of the tokens of two texts, each as one sequence. It takes
// time in proportion to the product of their lengths. Source: as RougeN.
func RougeL(candidate, reference string, stem bool) Rouge {
	have, want := RougeTokens(candidate, stem), RougeTokens(reference, stem)
	return rouge(subsequence(have, want), len(have), len(want))
}

// RougeLsum is RougeL by sentences, one a line: for each line of the reference the union of its longest
// common subsequences with the lines of the candidate. Source: as RougeN (summary-level ROUGE-L).
func RougeLsum(candidate, reference string, stem bool) Rouge {
	have, want := sentences(candidate, stem), sentences(reference, stem)
	left, due := bag(have), bag(want)
	hits := 0
	for _, line := range want {
		for _, token := range union(line, have) {
			if left[token] > 0 && due[token] > 0 {
				hits++
				left[token]--
				due[token]--
			}
		}
	}
	return rouge(hits, tokensIn(have), tokensIn(want))
}

// RougeTokens splits a text as rouge_score does: lower case, everything but a to z and 0 to 9 is space,
// and with stem words of more than three letters become their Porter stems. Letters of other alphabets
// and letters with marks are lost: a text of them has no tokens.
func RougeTokens(s string, stem bool) []string {
	s = strings.ReplaceAll(s, "İ", "i ") // which Python lower-cases to i and a combining dot
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if stem {
		for i, w := range words {
			if len(w) > 3 {
				words[i] = PorterStem(w)
			}
		}
	}
	return words
}

func rouge(hits, have, want int) Rouge {
	if have == 0 || want == 0 || hits == 0 {
		return Rouge{}
	}
	p, r := float64(hits)/float64(have), float64(hits)/float64(want)
	return Rouge{p, r, 2 * p * r / (p + r)}
}

func size(bag map[string]int) int {
	n := 0
	for _, count := range bag {
		n += count
	}
	return n
}

func sentences(s string, stem bool) [][]string {
	var list [][]string
	for _, line := range strings.Split(s, "\n") {
		if tokens := RougeTokens(line, stem); len(tokens) > 0 {
			list = append(list, tokens)
		}
	}
	return list
}

func bag(lines [][]string) map[string]int {
	counts := map[string]int{}
	for _, line := range lines {
		for _, token := range line {
			counts[token]++
		}
	}
	return counts
}

func tokensIn(lines [][]string) int {
	n := 0
	for _, line := range lines {
		n += len(line)
	}
	return n
}
