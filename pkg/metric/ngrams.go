package metric

import "strings"

// Count counts the n-grams of a candidate that its references have too, each no more often than in the
// reference that has it most.
func (o BLEU) Count(candidate string, references []string) BLEUStats {
	tokens := o.tokens(candidate)
	s := BLEUStats{Correct: make([]int, o.order()), Total: make([]int, o.order()), SysLen: len(tokens)}
	refs, lengths := make([][]string, len(references)), make([]int, len(references))
	for i, r := range references {
		refs[i] = o.tokens(r)
		lengths[i] = len(refs[i])
	}
	s.RefLen = closest(s.SysLen, lengths)
	for n := range s.Total {
		s.Total[n] = max(0, len(tokens)-n)
		if s.Total[n] > 0 {
			s.Correct[n] = clipped(ngrams(tokens, n+1), refs, n+1)
		}
	}
	return s
}

// clipped counts the n-grams that stand in the references too, at most as often as in one of them.
func clipped(have map[string]int, references [][]string, n int) int {
	most := make(map[string]int, len(have))
	for _, r := range references {
		for gram, count := range ngrams(r, n) {
			if _, known := have[gram]; known {
				most[gram] = max(most[gram], count)
			}
		}
	}
	return common(have, most)
}

// common sums what two bags share.
func common(a, b map[string]int) int {
	shared := 0
	for gram, count := range b {
		shared += min(count, a[gram])
	}
	return shared
}

// ngrams counts the n-grams of tokens. Tokens hold no space, so a space joins them.
func ngrams(tokens []string, n int) map[string]int {
	bag := make(map[string]int, max(0, len(tokens)-n+1))
	for i := 0; i+n <= len(tokens); i++ {
		if n == 1 {
			bag[tokens[i]]++
		} else {
			bag[strings.Join(tokens[i:i+n], " ")]++
		}
	}
	return bag
}
