package eval

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/metric"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// calibration compares one judge with people.
func calibration(s *Suite, m *score.Metric, items []*item, cfg CalibrateConfig) *Calibration {
	c := &Calibration{
		Schema: calibrationSchema, Suite: s.Name, Metric: m.Name, MetricHash: m.Hash, Created: Config{Now: cfg.Now}.now().UTC().Truncate(time.Second),
		LabelsHash: cfg.Labels.SHA256, Kind: items[0].kind(), Labels: len(items), Repeats: max(1, cfg.Repeats), Judges: new(score.Bill),
	}
	if j, ok := m.Judge(); ok {
		c.Judge = JudgeID{j.Prompt.Ref(), j.Prompt.SHA256, j.Model}
	}
	var people, judge []string
	flips, compares, unstable, repeated := 0, false, 0, 0
	for _, i := range items {
		for _, o := range i.said {
			c.Judges.Add(o.Bill)
		}
		first := i.said[0]
		theirs, ok := i.word(first)
		if !ok {
			c.unscored(first)
			continue
		}
		people, judge = append(people, i.label()), append(judge, theirs)
		compares = compares || first.Compared
		if first.Flipped {
			flips++
		}
		if changed, known := i.changed(); known {
			repeated++
			if changed {
				unstable++
			}
		}
	}
	c.N = len(people)
	if compares {
		share := shareOf(flips, c.N)
		c.PositionFlips = &share
	}
	if c.Repeats > 1 {
		share := shareOf(unstable, repeated)
		c.RepeatFlips = &share
	}
	c.compare(people, judge)
	return c
}

// unscored counts a label that the judge gave no verdict on.
func (c *Calibration) unscored(o score.Outcome) {
	c.Unscored++
	if c.Reasons == nil {
		c.Reasons = map[string]int{}
	}
	why := o.Unscored
	if why == "" {
		why = "the scorer has nothing to do with the case"
		if o.Scored() {
			why = "the judge has no label of its own: label the answers with pass"
		}
	}
	c.Reasons[why]++
}

// label is the person's verdict as a category.
func (l *Label) label() string {
	switch {
	case l.Pass != nil:
		return passWord(*l.Pass)
	case l.Label != nil:
		return strings.ToLower(strings.TrimSpace(*l.Label))
	}
	return strconv.FormatFloat(*l.Score, 'g', -1, 64)
}

// word is the judge's verdict as a category of the same kind; ok is false where there is none.
func (l *Label) word(o score.Outcome) (word string, ok bool) {
	switch {
	case !o.Scored():
		return "", false
	case l.Pass != nil:
		return passWord(o.Pass), true
	case o.Label == "":
		return "", false
	case l.Label != nil:
		return strings.ToLower(strings.TrimSpace(o.Label)), true
	}
	x, err := strconv.ParseFloat(o.Label, 64)
	return strconv.FormatFloat(x, 'g', -1, 64), err == nil
}

func passWord(pass bool) string {
	if pass {
		return "pass"
	}
	return "fail"
}

// changed tells whether the judge's verdicts on the same answer differ; known is false where one is missing.
func (i *item) changed() (changed, known bool) {
	first, _ := i.word(i.said[0])
	for _, o := range i.said[1:] {
		word, ok := i.word(o)
		if !ok {
			return false, false
		}
		changed = changed || word != first
	}
	return changed, len(i.said) > 1
}

// compare fills in the table and what follows from it.
func (c *Calibration) compare(people, judge []string) {
	c.Categories = categories(c.Kind, slices.Concat(people, judge))
	c.Confusion = make([][]int, len(c.Categories))
	for i := range c.Confusion {
		c.Confusion[i] = make([]int, len(c.Categories))
	}
	same := 0
	for n := range people {
		i, j := slices.Index(c.Categories, people[n]), slices.Index(c.Categories, judge[n])
		c.Confusion[i][j]++
		if i == j {
			same++
		}
	}
	c.Agreement = shareOf(same, len(people))
	weights, order := metric.KappaUnweighted, c.Categories
	if c.Kind == "score" {
		weights, order = metric.KappaQuadratic, grades(c.Categories)
	}
	if a, ok := metric.CohenKappa(people, judge, order, weights, 0.95); ok {
		const digits = 1e12 // so that sums of shares, which are off by 1e-16, do not put 0.6 below 0.6 or 1 above 1
		kappa := math.Round(a.Kappa*digits) / digits
		c.Kappa, c.CI95 = &kappa, &[2]float64{a.Low, a.High}
	}
}

// grades lists all whole grades from the first to the last, so that the distance of two is that of their
// numbers. Where one is no whole number, it is that of their places.
func grades(said []string) []string {
	if len(said) == 0 {
		return said
	}
	low, err := strconv.Atoi(said[0])
	high, errHigh := strconv.Atoi(said[len(said)-1])
	if err != nil || errHigh != nil || high-low > 1000 {
		return said
	}
	var all []string
	for g := low; g <= high; g++ {
		all = append(all, strconv.Itoa(g))
	}
	for _, g := range said {
		if !slices.Contains(all, g) {
			return said
		}
	}
	return all
}

// categories lists what was said, grades by number and words by text; pass and fail are always both there.
func categories(kind string, said []string) []string {
	if kind == "pass" {
		return []string{"pass", "fail"}
	}
	slices.SortFunc(said, func(a, b string) int {
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		if kind == "score" && errX == nil && errY == nil {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(a, b)
	})
	return slices.Compact(said)
}
