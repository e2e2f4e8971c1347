package curve

import (
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// Figure is a measured number with its 95 % interval, by the bootstrap over items. NaN means that it cannot be told.
type Figure struct {
	Value float64
	stats.Interval
}

// Report is what a router is worth on labelled data.
type Report struct {
	Items       int
	NeedsStrong int // items on which the strong model is better
	WorseStrong int // items on which it is worse

	AUC, APGR, CPT50, CPT80 Figure
	Weak, Strong            Choice // always
	Thresholds              []Choice
	Curve                   []Point
	Levels                  *Levels // nil where no item is labelled
}

// Choice is a way to route: from which level on the strong model is asked.
type Choice struct {
	From route.Level // "" for always weak and always strong
	Point
	Saved, Lost Figure  // of always-strong's cost and quality, as shares of them
	OverRandom  Figure  // quality above random routing with as many calls to the strong model
	Accuracy    Figure  // of telling which items need the strong model
	Majority    float64 // the accuracy of always giving the more frequent answer
}

// Levels compares labelled with classified complexity.
type Levels struct {
	Labelled, Right int
	Accuracy        Figure
	Confusion       map[route.Level]map[route.Level]int // by label, then by class
}

const confidence, seed = 0.95, 1

// Measure sorts every prompt by Classify and reports how routing by it would have done. steps is how many points of the
// curve the report keeps, from always-weak to always-strong; 0 means every one. There has to be an item.
func Measure(items []Item, steps int) Report {
	score, level := make([]float64, len(items)), make([]route.Level, len(items))
	for i, item := range items {
		level[i], score[i] = route.Classify(item.Prompt)
	}
	o := newOrdered(items, score)
	all := each(len(items))
	points := o.points(all)
	r := Report{Items: len(items), Levels: compare(items, level)}
	for _, item := range items {
		if item.NeedsStrong() {
			r.NeedsStrong++
		} else if item.Strong < item.Weak {
			r.WorseStrong++
		}
	}
	r.Weak, r.Strong = o.always(points, points[0]), o.always(points, points[len(points)-1])
	main := func(times []uint8) []float64 {
		p := o.points(times)
		return []float64{o.auc(times), APGR(p), CPT(p, 0.5), CPT(p, 0.8)}
	}
	f := figures(len(items), main)
	r.AUC, r.APGR, r.CPT50, r.CPT80 = f[0], f[1], f[2], f[3]
	for _, from := range route.Levels()[1:] {
		r.Thresholds = append(r.Thresholds, o.choice(from, level))
	}
	r.Curve = points
	if steps > 0 {
		r.Curve = make([]Point, steps+1)
		for i := range r.Curve {
			r.Curve[i] = at(points, float64(i)/float64(steps))
		}
	}
	return r
}

func figures(n int, of func(times []uint8) []float64) []Figure {
	values := of(each(n))
	intervals := stats.Bootstrap(n, confidence, seed, of)
	out := make([]Figure, len(values))
	for i, v := range values {
		out[i] = Figure{v, intervals[i]}
	}
	return out
}

// always is asking one model, with what is saved and lost against the strong one.
func (o *ordered) always(points []Point, p Point) Choice {
	none := Figure{unknown, stats.Interval{Low: unknown, High: unknown}}
	strong := points[len(points)-1]
	saved, lost := none, none
	saved.Value, lost.Value = less(p.Cost, strong.Cost), less(p.Quality, strong.Quality)
	return Choice{Point: p, Saved: saved, Lost: lost, OverRandom: none, Accuracy: none, Majority: unknown}
}

// choice asks the strong model from a level on.
func (o *ordered) choice(from route.Level, level []route.Level) Choice {
	strong := make([]bool, len(level))
	for i, l := range level {
		strong[i] = l == route.Complex || l == from
	}
	f := figures(len(o.items), func(times []uint8) []float64 { return o.total(strong, times).figures() })
	t := o.total(strong, each(len(level)))
	return Choice{
		From: from, Point: Point{t.share, t.quality, t.cost}, Saved: f[0], Lost: f[1], OverRandom: f[2], Accuracy: f[3], Majority: max(t.needs, 1-t.needs),
	}
}

// totals are the sums of one way to route.
type totals struct {
	share, quality, cost                   float64
	weakQuality, strongQuality, strongCost float64
	right, needs                           float64 // shares of items
}

func (o *ordered) total(strong []bool, times []uint8) totals {
	var t totals
	n := 0.0
	for i := range o.items {
		item, w := &o.items[i], float64(times[i])
		n += w
		t.weakQuality += w * item.Weak
		t.strongQuality += w * item.Strong
		weak, dear := unknown, unknown
		if o.costs {
			weak, dear = w*dollars(item.WeakCost), w*dollars(item.StrongCost)
		}
		t.strongCost += dear
		if item.NeedsStrong() {
			t.needs += w
		}
		if item.NeedsStrong() == strong[i] {
			t.right += w
		}
		if strong[i] {
			t.share, t.quality, t.cost = t.share+w, t.quality+w*item.Strong, t.cost+dear
		} else {
			t.quality, t.cost = t.quality+w*item.Weak, t.cost+weak
		}
	}
	for _, f := range []*float64{&t.share, &t.quality, &t.weakQuality, &t.strongQuality, &t.right, &t.needs} {
		*f /= n
	}
	return t
}

func (t totals) figures() []float64 {
	random := t.weakQuality + t.share*(t.strongQuality-t.weakQuality)
	return []float64{less(t.cost, t.strongCost), less(t.quality, t.strongQuality), t.quality - random, t.right}
}

// less is by how much a value is below another, as a share of that; of nothing, or less, there is no share.
func less(value, whole float64) float64 {
	if whole <= 0 {
		return unknown
	}
	return 1 - value/whole
}

// compare counts how often the class is the label.
func compare(items []Item, level []route.Level) *Levels {
	l := Levels{Confusion: map[route.Level]map[route.Level]int{}}
	for i, item := range items {
		if item.Complexity == "" {
			continue
		}
		l.Labelled++
		if item.Complexity == level[i] {
			l.Right++
		}
		if l.Confusion[item.Complexity] == nil {
			l.Confusion[item.Complexity] = map[route.Level]int{}
		}
		l.Confusion[item.Complexity][level[i]]++
	}
	if l.Labelled == 0 {
		return nil
	}
	l.Accuracy = Figure{float64(l.Right) / float64(l.Labelled), stats.Wilson(l.Right, l.Labelled, confidence)}
	return &l
}
