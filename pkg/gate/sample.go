package gate

import (
	"math"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// sample are the paired values of a metric, and their differences d with up as good. w and cluster may be nil.
type sample struct {
	before, now, d, w []float64
	cluster           []string
	binary            bool
}

// test is step 3: the signs of the weighted differences flip, by cluster.
func (s *sample) test(seed uint64) stats.SignFlip {
	d := s.d
	if s.w != nil {
		d = make([]float64, len(s.d))
		for i := range d {
			d[i] = s.d[i] * s.w[i]
		}
	}
	if s.cluster != nil {
		d = stats.ClusterSums(d, s.cluster)
	}
	return stats.SignFlipTest(d, seed)
}

// interval is step 4, with the standard error that goes with it. Where the differences did not vary at all, no error
// can be estimated from them, and one of 0 would rule out every drop: the interval then is that of as many single
// answers, of which each could have changed by as much as answers can.
func (s *sample) interval() (iv stats.Interval, se float64, ok bool) {
	iv, se, ok = s.estimated()
	reach, passFail := s.reach()
	if !ok || s.binary && s.w == nil && s.cluster == nil || iv.High-iv.Low > 1e-12*max(1, reach) {
		return iv, se, ok
	}
	n := int(stats.EffectiveCount(len(s.d), s.w, s.cluster))
	if passFail {
		up, down := s.shares()
		lost, gained := int(math.Round(down*float64(n))), int(math.Round(up*float64(n)))
		return stats.PairedBinaryInterval(lost, gained, n, 0.95), stats.PairedBinaryStdErr(lost, gained, n), true
	}
	mean, around := stats.WeightedMean(s.d, s.w), stats.PairedBinaryInterval(0, 0, n, 0.95)
	return stats.Interval{Low: mean + reach*around.Low, High: mean + reach*around.High}, reach * stats.PairedBinaryStdErr(0, 0, n), true
}

// reach is how much an answer can change a value: 1 for scores, which lie between 0 and 1, else the largest value that
// was met. passFail tells whether all values are 0 or 1.
func (s *sample) reach() (reach float64, passFail bool) {
	passFail, scores := true, true
	for _, x := range slices.Concat(s.before, s.now) {
		passFail = passFail && (x == 0 || x == 1)
		scores = scores && 0 <= x && x <= 1
		reach = max(reach, math.Abs(x))
	}
	if scores {
		reach = 1
	}
	return reach, passFail
}

// shares are those of the cases that are better and worse now, by weight.
func (s *sample) shares() (up, down float64) {
	total := 0.0
	for i, d := range s.d {
		w := 1.0
		if s.w != nil {
			w = s.w[i]
		}
		total += w
		switch {
		case d > 0:
			up += w
		case d < 0:
			down += w
		}
	}
	return up / total, down / total
}

// estimated is the interval that the differences themselves give.
func (s *sample) estimated() (iv stats.Interval, se float64, ok bool) {
	n := len(s.d)
	switch {
	case s.cluster != nil:
		iv, ok = stats.ClusteredMeanInterval(s.d, s.w, s.cluster, 0.95)
		return iv, stats.ClusteredStdErr(s.d, s.w, s.cluster, true), ok
	case s.w != nil:
		iv, ok = stats.WeightedMeanInterval(s.d, s.w, 0.95)
		if ok {
			counted := n - len(slices.DeleteFunc(slices.Clone(s.w), func(w float64) bool { return w != 0 }))
			se = (iv.High - iv.Low) / 2 / stats.TQuantile(0.975, float64(counted-1))
		}
		return iv, se, ok
	case !s.binary:
		iv, ok = stats.MeanInterval(s.d, 0.95)
		return iv, stats.StdErr(s.d), ok
	}
	up, down := s.flips()
	se = stats.StdErr(s.d)
	if !(se > 0) { // nothing changed, or one case: the plain error knows nothing
		se = stats.PairedBinaryStdErr(down, up, n)
	}
	return stats.PairedBinaryInterval(down, up, n, 0.95), se, n > 0
}

func (s *sample) flips() (up, down int) {
	for _, d := range s.d {
		switch {
		case d > 0:
			up++
		case d < 0:
			down++
		}
	}
	return up, down
}
