package curve

import "math"

// unknown is a figure that cannot be told.
var unknown = math.NaN()

// rounding is what sums of qualities may be off by: a point that recovers a part exactly counts as recovering it.
const rounding = 1e-9

// recovered is the performance gap recovered, PGR: 0 where the router is as good as the weak model, 1 where it is as
// good as the strong one. Source of PGR, APGR and CPT: Ong et al. 2024, «RouteLLM: Learning to Route LLMs with
// Preference Data» (arXiv 2406.18665), section 4.
func recovered(points []Point, quality float64) float64 {
	weak, strong := points[0].Quality, points[len(points)-1].Quality
	if weak == strong {
		return unknown
	}
	return (quality - weak) / (strong - weak)
}

// APGR is the average of PGR over all shares of calls to the strong model, from none to all. The paper averages over ten
// shares; this is the integral under the whole curve, of which that is an approximation. Random routing has 0.5.
func APGR(points []Point) float64 {
	area := 0.0
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		area += (b.Share - a.Share) * (recovered(points, a.Quality) + recovered(points, b.Quality)) / 2
	}
	return area
}

// CPT is the call-performance threshold: the smallest share of calls to the strong model with which the router
// recovers this part of the gap. Random routing needs that very share. NaN where there is no gap.
func CPT(points []Point, part float64) float64 {
	for i, p := range points {
		r := recovered(points, p.Quality)
		switch {
		case math.IsNaN(r):
			return unknown
		case r < part-rounding && i < len(points)-1:
			continue
		case i == 0:
			return 0
		}
		before := points[i-1]
		low := recovered(points, before.Quality)
		return before.Share + min(1, (part-low)/(r-low))*(p.Share-before.Share)
	}
	return unknown
}

// auc is the chance that an item that needs the strong model has a higher score than one that does not; equal scores
// count half. NaN where all items are of one kind. Source: Hanley and McNeil 1982.
func (o *ordered) auc(times []uint8) float64 {
	var needs, rest, above float64 // above: pairs in the right order
	from := 0
	for _, end := range o.steps {
		var p, n float64
		for _, i := range o.order[from:end] {
			if o.items[i].NeedsStrong() {
				p += float64(times[i])
			} else {
				n += float64(times[i])
			}
		}
		above += n * (needs + p/2)
		needs, rest, from = needs+p, rest+n, end
	}
	return above / (needs * rest)
}

// AUC is the area under the ROC curve of scores that are to tell the items that need the strong model.
func AUC(items []Item, score []float64) float64 { return WeightedAUC(items, score, each(len(items))) }

// WeightedAUC is AUC when every item counts as often as times says.
func WeightedAUC(items []Item, score []float64, times []uint8) float64 {
	return newOrdered(items, score).auc(times)
}

// each counts every item once.
func each(n int) []uint8 {
	times := make([]uint8, n)
	for i := range times {
		times[i] = 1
	}
	return times
}
