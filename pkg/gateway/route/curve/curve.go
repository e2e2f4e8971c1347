// Package curve measures a router between a weak and a strong model on labelled data: prompts with the quality of both
// models' answers. Start with Read, then Measure.
package curve

import (
	"cmp"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Item is a prompt with what both models made of it.
type Item struct {
	Prompt       string
	Weak, Strong float64     // quality of the answers; 0 and 1 for wrong and right
	Complexity   route.Level // as labelled; "" where it is not

	WeakAnswer, StrongAnswer string // "" where they are not kept

	WeakCost, StrongCost *llm.Money // nil means unpriced
}

// NeedsStrong tells that the strong model's answer is better.
func (i *Item) NeedsStrong() bool { return i.Strong > i.Weak }

// Point is a router that sends a share of the requests to the strong model.
type Point struct {
	Share   float64 // to the strong model
	Quality float64 // mean
	Cost    float64 // dollars, of all requests; NaN when unpriced
}

// ordered are items by falling score; those of one score are a step of the curve, which a router cannot split.
type ordered struct {
	items []Item
	score []float64
	order []int // indices of items
	steps []int // into order: where each step ends
	costs bool  // every item has both costs
}

func newOrdered(items []Item, score []float64) *ordered {
	o := &ordered{items: items, score: score, order: make([]int, len(items)), costs: true}
	for i := range items {
		o.order[i] = i
		o.costs = o.costs && items[i].WeakCost != nil && items[i].StrongCost != nil
	}
	slices.SortStableFunc(o.order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	for at := 1; at <= len(items); at++ {
		if at == len(items) || score[o.order[at]] != score[o.order[at-1]] {
			o.steps = append(o.steps, at)
		}
	}
	return o
}

// points are the ends of all steps, from always-weak to always-strong, when every item counts as often as times says.
func (o *ordered) points(times []uint8) []Point {
	var n, quality, cost float64
	for i, t := range times {
		n += float64(t)
		quality += float64(t) * o.items[i].Weak
		if o.costs {
			cost += float64(t) * dollars(o.items[i].WeakCost)
		}
	}
	out := make([]Point, 1, len(o.steps)+1)
	strong, from := 0.0, 0
	out[0] = o.point(0, quality, cost, n)
	for _, end := range o.steps {
		for _, i := range o.order[from:end] {
			t := float64(times[i])
			strong += t
			quality += t * (o.items[i].Strong - o.items[i].Weak)
			if o.costs {
				cost += t * (dollars(o.items[i].StrongCost) - dollars(o.items[i].WeakCost))
			}
		}
		from = end
		out = append(out, o.point(strong, quality, cost, n))
	}
	return out
}

func (o *ordered) point(strong, quality, cost, n float64) Point {
	if !o.costs {
		cost = unknown
	}
	return Point{strong / n, quality / n, cost}
}

func dollars(m *llm.Money) float64 { return float64(*m) / float64(llm.Dollar) }

// at gives the point at a share; within a step the router would choose at random, so quality and cost are linear.
func at(points []Point, share float64) Point {
	i, _ := slices.BinarySearchFunc(points, share, func(p Point, s float64) int { return cmp.Compare(p.Share, s) })
	switch {
	case i == 0:
		return points[0]
	case i == len(points):
		return points[i-1]
	}
	a, b := points[i-1], points[i]
	w := (share - a.Share) / (b.Share - a.Share)
	return Point{share, a.Quality + w*(b.Quality-a.Quality), a.Cost + w*(b.Cost-a.Cost)}
}
