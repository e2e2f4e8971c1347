package gate

import "github.com/llmops-toolkit/llmops/pkg/stats"

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

// interval is step 4, with the standard error that goes with it.
func (s *sample) interval() (iv stats.Interval, se float64, ok bool) {
	n := len(s.d)
	switch {
	case s.cluster != nil:
		iv, ok = stats.ClusteredMeanInterval(s.d, s.w, s.cluster, 0.95)
		return iv, stats.ClusteredStdErr(s.d, s.w, s.cluster, true), ok
	case s.w != nil:
		iv, ok = stats.WeightedMeanInterval(s.d, s.w, 0.95)
		if ok {
			se = (iv.High - iv.Low) / 2 / stats.TQuantile(0.975, float64(n-1))
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
