package metric

import (
	"fmt"
	"math"
	"strings"
)

// BLEU says how BLEU is counted. The zero value is sacrebleu's default for a corpus: 13a tokens, n-grams
// to 4, exponential smoothing, case kept.
type BLEU struct {
	Tokenize Tokenizer // "" means Tokenize13a
	Smooth   Smoothing // "" means SmoothExp
	// SmoothValue is what SmoothFloor puts in the place of a count of 0 and SmoothAddK adds to counts; nil
	// means 0.1 and 1.
	SmoothValue *float64
	Lowercase   bool
	MaxOrder    int // the longest n-gram; 0 means 4
	// EffectiveOrder leaves out the orders that the candidate is too short for. sacrebleu sets it for
	// single sentences.
	EffectiveOrder bool
	// Weights of the orders, as NLTK takes them; nil means all alike. Their number is the longest order.
	Weights []float64
}

// Smoothing says what becomes of an order of n-grams without a match.
type Smoothing string

// The smoothings of sacrebleu. NLTK's method0, method1 and method3 are none, floor and exp.
const (
	SmoothExp   Smoothing = "exp"   // halved with each order without a match (Lin and Och 2004, NIST's mteval)
	SmoothFloor Smoothing = "floor" // a count of 0 becomes SmoothValue
	SmoothAddK  Smoothing = "add-k" // SmoothValue more in counts and totals above order 1 (Lin and Och 2004)
	SmoothNone  Smoothing = "none"  // the score is 0
)

// BLEUStats are the counts that BLEU is made of. Those of the sentences of a corpus are added up.
type BLEUStats struct {
	Correct, Total []int // matching and all n-grams of the candidate, by order from 1
	SysLen, RefLen int   // tokens of the candidate, and of the reference nearest in length
}

// Sentence is the BLEU of one candidate against its references, from 0 to 100. No reference gives 0.
// Set EffectiveOrder for what sacrebleu's sentence_bleu gives.
func (o BLEU) Sentence(candidate string, references []string) float64 {
	return o.Score(o.Count(candidate, references))
}

// Corpus is the BLEU of candidates against the references of each, from 0 to 100: the counts are added
// up before they are divided, so it is not the mean of the sentences. It panics where the lists differ
// in length.
func (o BLEU) Corpus(candidates []string, references [][]string) float64 {
	if len(candidates) != len(references) {
		panic(fmt.Sprintf("metric: %d candidates and references of %d", len(candidates), len(references)))
	}
	var sum BLEUStats
	for i, c := range candidates {
		sum.Add(o.Count(c, references[i]))
	}
	return o.Score(sum)
}

// Add adds the counts of another sentence.
func (s *BLEUStats) Add(t BLEUStats) {
	if s.Correct == nil {
		s.Correct, s.Total = make([]int, len(t.Correct)), make([]int, len(t.Total))
	}
	for i := range t.Correct {
		s.Correct[i] += t.Correct[i]
		s.Total[i] += t.Total[i]
	}
	s.SysLen += t.SysLen
	s.RefLen += t.RefLen
}

// Score makes a score of counts, from 0 to 100: the brevity penalty times the weighted geometric mean of
// the precisions. Without any match it is 0, whatever the smoothing.
// Source: Papineni and others 2002; sacrebleu 2 (Post 2018), BLEU.compute_bleu.
func (o BLEU) Score(s BLEUStats) float64 {
	if sum(s.Correct) == 0 {
		return 0
	}
	order, logs := len(s.Correct), 0.0
	precisions := o.precisions(s)
	if o.EffectiveOrder {
		order = len(precisions)
	}
	for n := range order {
		if n >= len(precisions) || precisions[n] == 0 {
			return 0
		}
		logs += o.weight(n, order) * math.Log(precisions[n])
	}
	return 100 * brevityPenalty(s.SysLen, s.RefLen) * math.Exp(logs)
}

// precisions gives one for each order that the candidate has n-grams of.
func (o BLEU) precisions(s BLEUStats) []float64 {
	var list []float64
	halved := 1.0
	for n := range s.Correct {
		correct, total := float64(s.Correct[n]), float64(s.Total[n])
		if o.smooth() == SmoothAddK && n > 0 {
			correct, total = correct+o.smoothValue(), total+o.smoothValue()
		}
		if total == 0 {
			break
		}
		if correct == 0 {
			switch o.smooth() {
			case SmoothExp:
				halved *= 2
				correct = 1 / halved
			case SmoothFloor:
				correct = o.smoothValue()
			}
		}
		list = append(list, correct/total)
	}
	return list
}

// BrevityPenalty is what BLEU takes off a candidate of length tokens that is shorter than the reference
// nearest to it in length, the shorter of two as near: exp(1 − r/c), and 1 for one that is not shorter.
func BrevityPenalty(length int, references []int) float64 {
	return brevityPenalty(length, closest(length, references))
}

func brevityPenalty(length, reference int) float64 {
	switch {
	case length >= reference:
		return 1
	case length == 0:
		return 0
	}
	return math.Exp(1 - float64(reference)/float64(length))
}

// closest is the length nearest to n, the shorter of two as near, or 0 without any.
func closest(n int, lengths []int) int {
	best := 0
	for i, l := range lengths {
		d, least := max(l-n, n-l), max(best-n, n-best)
		if i == 0 || d < least || d == least && l < best {
			best = l
		}
	}
	return best
}

// Signature names all that shapes the score, in sacrebleu's words: "nrefs:1|case:mixed|eff:yes|tok:13a|
// smooth:exp". A number without it cannot be compared with another. references is how many a candidate
// has, 0 for varying.
func (o BLEU) Signature(references int) string {
	nrefs, letters, effective, smooth := "var", "mixed", "no", string(o.smooth())
	if references > 0 {
		nrefs = fmt.Sprint(references)
	}
	if o.Lowercase {
		letters = "lc"
	}
	if o.EffectiveOrder {
		effective = "yes"
	}
	if o.smooth() == SmoothFloor || o.smooth() == SmoothAddK {
		smooth = fmt.Sprintf("%s[%.2f]", smooth, o.smoothValue())
	}
	sig := fmt.Sprintf("nrefs:%s|case:%s|eff:%s|tok:%s|smooth:%s", nrefs, letters, effective, o.tokenizer(), smooth)
	if o.order() != 4 {
		sig += fmt.Sprintf("|order:%d", o.order())
	}
	if o.Weights != nil {
		sig += "|weights:" + strings.Trim(strings.ReplaceAll(fmt.Sprint(o.Weights), " ", ","), "[]")
	}
	return sig
}

func (o BLEU) smooth() Smoothing {
	if o.Smooth == "" {
		return SmoothExp
	}
	return o.Smooth
}

func (o BLEU) smoothValue() float64 {
	switch {
	case o.SmoothValue != nil:
		return *o.SmoothValue
	case o.smooth() == SmoothFloor:
		return 0.1
	}
	return 1
}

func (o BLEU) order() int {
	switch {
	case o.Weights != nil:
		return len(o.Weights)
	case o.MaxOrder > 0:
		return o.MaxOrder
	}
	return 4
}

func (o BLEU) weight(n, order int) float64 {
	if o.Weights != nil {
		return o.Weights[n]
	}
	return 1 / float64(order)
}

func sum(list []int) int {
	total := 0
	for _, n := range list {
		total += n
	}
	return total
}
