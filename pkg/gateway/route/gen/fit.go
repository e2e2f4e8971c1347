package main

import (
	"crypto/sha256"
	"math"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route/curve"
)

// set is labelled texts with their signals.
type set struct {
	items []curve.Item
	x     [][]float64
	y     []float64 // 1 where the strong model is needed
}

func (s *set) add(item curve.Item) {
	v := route.Signals(item.Prompt)
	y := 0.0
	if item.NeedsStrong() {
		y = 1
	}
	s.items, s.x, s.y = append(s.items, item), append(s.x, v[:]), append(s.y, y)
}

// counts are how many texts there are, and how many need the strong model.
type counts struct{ all, strong int }

func (s set) count() counts {
	c := counts{all: len(s.y)}
	for _, y := range s.y {
		c.strong += int(y)
	}
	return c
}

// fitted is a logistic regression over standardised signals.
type fitted struct {
	mean, sd, weight []float64
	bias             float64
}

const farthest = 3 // as in route.farthest

func (m fitted) z(x []float64) []float64 {
	out := make([]float64, len(x))
	for j, v := range x {
		if m.sd[j] > 0 {
			out[j] = max(-farthest, min(farthest, (v-m.mean[j])/m.sd[j]))
		}
	}
	return out
}

func (m fitted) score(z []float64) float64 {
	sum := m.bias
	for j, v := range z {
		sum += m.weight[j] * v
	}
	return 1 / (1 + math.Exp(-sum))
}

func (m fitted) scores(s set) []float64 {
	out := make([]float64, len(s.x))
	for i, x := range s.x {
		out[i] = m.score(m.z(x))
	}
	return out
}

// fit maximises the likelihood less penalty·‖weight‖²/2 by gradient ascent. The problem is concave, so that the
// result does not depend on where it starts.
func fit(s set, penalty float64) fitted {
	m := standardise(s.x)
	z := make([][]float64, len(s.x))
	for i, x := range s.x {
		z[i] = m.z(x)
	}
	n := float64(len(z))
	for range 4000 {
		gradient, shift := make([]float64, len(m.weight)), 0.0
		for i, row := range z {
			off := s.y[i] - m.score(row)
			shift += off
			for j, v := range row {
				gradient[j] += off * v
			}
		}
		m.bias += shift / n
		largest := math.Abs(shift) / n
		for j := range m.weight {
			step := 0.5 * (gradient[j] - penalty*m.weight[j]) / n
			m.weight[j] += step
			largest = max(largest, math.Abs(step))
		}
		if largest < 1e-8 {
			break
		}
	}
	return m
}

// standardise finds mean and standard deviation of each signal; one that hardly varies is left out (sd 0), since what
// stands in five texts of a hundred says nothing of the rest.
func standardise(x [][]float64) fitted {
	k := len(x[0])
	m := fitted{mean: make([]float64, k), sd: make([]float64, k), weight: make([]float64, k)}
	n := float64(len(x))
	for j := range k {
		usual := map[float64]int{}
		for _, row := range x {
			m.mean[j] += row[j] / n
			usual[row[j]]++
		}
		for _, row := range x {
			m.sd[j] += (row[j] - m.mean[j]) * (row[j] - m.mean[j]) / n
		}
		m.sd[j] = math.Sqrt(m.sd[j])
		for _, c := range usual {
			if float64(c) > 0.95*n {
				m.sd[j] = 0
			}
		}
	}
	return m
}

// bestPenalty is the one with the highest area under the curve in cross-validation over five folds by hash.
func (s set) bestPenalty() float64 {
	best, most := 0.0, -1.0
	for _, penalty := range []float64{1, 10, 100, 300, 1000, 3000, 10000, 30000} {
		score := make([]float64, len(s.items))
		for fold := range byte(5) {
			var part set
			in := func(item curve.Item) bool { sum := sha256.Sum256([]byte(item.Prompt)); return sum[1]%5 == fold }
			for _, item := range s.items {
				if !in(item) {
					part.add(item)
				}
			}
			m := fit(part, penalty)
			for i, item := range s.items {
				if in(item) {
					score[i] = m.score(m.z(s.x[i]))
				}
			}
		}
		if auc := curve.AUC(s.items, score); auc > most {
			best, most = penalty, auc
		}
	}
	return best
}

// stretched undoes the flattening of a high penalty: a logistic regression without one over the linear score, so that the
// score is a probability on texts like these. The order of texts stays.
func (m fitted) stretched(s set) fitted {
	line := set{y: s.y}
	for _, x := range s.x {
		score := m.score(m.z(x))
		line.x = append(line.x, []float64{math.Log(score / (1 - score))})
	}
	over := fit(line, 0)
	slope := over.weight[0] / over.sd[0]
	out := fitted{mean: m.mean, sd: m.sd, weight: slices.Clone(m.weight), bias: over.bias + slope*(m.bias-over.mean[0])}
	for j := range out.weight {
		out.weight[j] *= slope
	}
	return out
}

// terciles are the scores that a third and two thirds of the set lie below.
func (m fitted) terciles(s set) (second, third float64) {
	scores := m.scores(s)
	slices.Sort(scores)
	return scores[len(scores)/3], scores[2*len(scores)/3]
}
