// Package metric holds measures of texts, of rankings, of repeats and of raters: pure functions, each with the
// source of its definition. Start with BLEU, RougeN, TokenF1 or FinalNumber for texts, NDCG and RecallAtK for
// rankings, PassAtK for repeats and CohenKappa for raters.
package metric

// Levenshtein counts the insertions, deletions and substitutions that turn a into b, in code points.
// Invalid UTF-8 counts as one code point a byte. It takes time in proportion to the product of the
// lengths. Source: Levenshtein 1966, by the row-wise dynamic programme of Wagner and Fischer 1974.
func Levenshtein(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) < len(t) {
		s, t = t, s // the shorter one is the row, for memory
	}
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range t {
			cost := diagonal
			if r != q {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(t)]
}

// LevenshteinSimilarity is 1 − distance ÷ length of the longer text in code points: 1 for equal texts
// (two empty ones too), 0 for texts without anything in common. The same as autoevals' Levenshtein and
// ragas' NonLLMStringSimilarity.
func LevenshteinSimilarity(a, b string) float64 {
	longer := max(len([]rune(a)), len([]rune(b)))
	if longer == 0 {
		return 1
	}
	return 1 - float64(Levenshtein(a, b))/float64(longer)
}
