package metric

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// WordSet is the words of a text as Inspect's exact and f1 scorers see them: split at spaces and hyphens, in lower
// case, without ASCII punctuation and a, an, the, each once however often it comes. A word that is a number, with
// or without a currency sign, grouping commas and marks around it, is what it is worth: "$3,000." is 3000.0. Stop
// words are left out. Source: UKGovernmentBEIS/inspect_ai, scorer/_classification.py.
func WordSet(text string, stopWords ...string) map[string]bool {
	var stop []string
	for _, w := range stopWords {
		stop = append(stop, setWord(w))
	}
	set := map[string]bool{}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '-' }) {
		if word = setWord(word); slices.Contains(stop, word) {
			continue
		}
		for _, w := range strings.Fields(word) { // a line end is no border between words before this
			set[w] = true
		}
	}
	return set
}

func setWord(word string) string {
	word = strings.ToLower(word)
	bare := strings.Trim(strings.NewReplacer(",", "", "$", "", "€", "", "£", "").Replace(word), "!?:;()[]{}'\"`~<>@#^&|*_")
	for _, text := range []string{bare, strings.TrimSuffix(bare, ".")} {
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	return NormalizeSQuAD(word)
}

// WordSetF1 is the F1 of the sets of words of an answer and a reference, the best of several references, rounded
// to two digits as Inspect has it. A set that is empty lacks nothing: its side of the F1 is 1.
func WordSetF1(answer string, references []string, stopWords ...string) float64 {
	have, best := WordSet(answer, stopWords...), 0.0
	for _, r := range references {
		want := WordSet(r, stopWords...)
		shared := 0
		for w := range have {
			if want[w] {
				shared++
			}
		}
		precision, recall := ofAll(shared, len(have)), ofAll(shared, len(want))
		if precision+recall > 0 {
			best = max(best, 2*precision*recall/(precision+recall))
		}
	}
	return math.Round(best*100) / 100
}

func ofAll(n, all int) float64 {
	if all == 0 {
		return 1
	}
	return float64(n) / float64(all)
}
