package metric

import (
	"cmp"
	"math"
	"slices"
)

// Grades are the documents that are right for a question, each with how right it is. A grade of 0 or less,
// and being absent, mean not relevant.
//
// The functions on rankings take ids in the order that a search gave them, best first. An id that comes
// again keeps its rank and counts as not relevant there, so that no document counts twice. k cuts the
// ranking; 0 or less means all of it. ok is false where the measure has no value: a question without
// a relevant document has no recall, as trec_eval leaves it out.
type Grades map[string]float64

// gains gives the grade at each rank down to k.
func (g Grades) gains(ranked []string, k int) []float64 {
	if k > 0 && k < len(ranked) {
		ranked = ranked[:k]
	}
	seen := make(map[string]bool, len(ranked))
	list := make([]float64, len(ranked))
	for i, id := range ranked {
		if grade := g[id]; grade > 0 && !seen[id] {
			list[i] = grade
		}
		seen[id] = true
	}
	return list
}

func (g Grades) relevant() int {
	n := 0
	for _, grade := range g {
		if grade > 0 {
			n++
		}
	}
	return n
}

// Hits counts the relevant documents among the first k.
func Hits(ranked []string, g Grades, k int) int {
	n := 0
	for _, gain := range g.gains(ranked, k) {
		if gain > 0 {
			n++
		}
	}
	return n
}

// RecallAtK is the share of the relevant documents that stand among the first k. Source: trec_eval, recall.
func RecallAtK(ranked []string, g Grades, k int) (value float64, ok bool) {
	all := g.relevant()
	if all == 0 {
		return 0, false
	}
	return float64(Hits(ranked, g, k)) / float64(all), true
}

// PrecisionAtK is the share of relevant documents among the first k; a shorter ranking counts as filled up
// with others, as in trec_eval's P. Without k it is the share in the ranking, which an empty one has not.
func PrecisionAtK(ranked []string, g Grades, k int) (value float64, ok bool) {
	if k <= 0 {
		k = len(ranked)
	}
	if k == 0 {
		return 0, false
	}
	return float64(Hits(ranked, g, k)) / float64(k), true
}

// ReciprocalRank is one divided by the rank of the first relevant document, 0 where the first k hold none.
// Its mean over questions is the MRR. Source: trec_eval, recip_rank; Voorhees 1999.
func ReciprocalRank(ranked []string, g Grades, k int) (value float64, ok bool) {
	if g.relevant() == 0 {
		return 0, false
	}
	for i, gain := range g.gains(ranked, k) {
		if gain > 0 {
			return 1 / float64(i+1), true
		}
	}
	return 0, true
}

// AveragePrecision is the mean, over all relevant documents, of the precision at the rank of each, 0 for
// one that is not among the first k. Its mean over questions is the MAP. Source: trec_eval, map_cut.
func AveragePrecision(ranked []string, g Grades, k int) (value float64, ok bool) {
	all := g.relevant()
	if all == 0 {
		return 0, false
	}
	hits, total := 0, 0.0
	for i, gain := range g.gains(ranked, k) {
		if gain > 0 {
			hits++
			total += float64(hits) / float64(i+1)
		}
	}
	return total / float64(all), true
}

// DCG is the discounted cumulative gain of the first k, grade ÷ log2(rank + 1).
// Source: Järvelin and Kekäläinen 2002, in the form of trec_eval.
func DCG(ranked []string, g Grades, k int) float64 { return discounted(g.gains(ranked, k)) }

// NDCG is the DCG divided by that of the best possible ranking of the same depth. Source: trec_eval,
// ndcg_cut, whose gain is the grade itself. For the gain 2^grade−1 of Burges and others 2005 give it
// g.Exponential().
func NDCG(ranked []string, g Grades, k int) (value float64, ok bool) {
	best := discounted(g.ideal(k))
	if best == 0 || math.IsInf(best, 0) || math.IsNaN(best) {
		return 0, false
	}
	return DCG(ranked, g, k) / best, true
}

// Exponential gives the grades 2^grade − 1.
func (g Grades) Exponential() Grades {
	out := make(Grades, len(g))
	for id, grade := range g {
		out[id] = math.Exp2(grade) - 1
	}
	return out
}

// ideal lists the grades of the best ranking down to k.
func (g Grades) ideal(k int) []float64 {
	var list []float64
	for _, grade := range g {
		if grade > 0 {
			list = append(list, grade)
		}
	}
	slices.SortFunc(list, func(a, b float64) int { return cmp.Compare(b, a) })
	if k > 0 && k < len(list) {
		list = list[:k]
	}
	return list
}

func discounted(gains []float64) float64 {
	total := 0.0
	for i, gain := range gains {
		total += gain / math.Log2(float64(i+2))
	}
	return total
}

// ContextPrecision is the mean, over the passages that a judge found relevant, of the precision at the
// rank of each; verdicts are in the order of the passages. Without a relevant one it is 0. It is the
// average precision of what was retrieved. Source: ragas, context precision, which adds 1e-10 to the
// divisor.
func ContextPrecision(verdicts []bool) float64 {
	hits, total := 0, 0.0
	for i, relevant := range verdicts {
		if relevant {
			hits++
			total += float64(hits) / float64(i+1)
		}
	}
	if hits == 0 {
		return 0
	}
	return total / float64(hits)
}
