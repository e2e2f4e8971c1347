package estimate

import "math"

// Sample sums up the output tokens of answers on record.
type Sample struct {
	Source  Source
	Of      string // what was sampled, for the reader: "customer-support@1.1.0"
	N       int
	Mean    float64
	SD      float64 // of the answers, not of the mean; 0 for a single one
	Retries float64 // tries beyond the first, on average

	m2, tries float64
}

// Add takes an answer into the sample, by Welford's method. attempts counts the successful try; 0 means
// that it is not known.
func (s *Sample) Add(output int64, attempts int) {
	s.N++
	delta := float64(output) - s.Mean
	s.Mean += delta / float64(s.N)
	s.m2 += delta * (float64(output) - s.Mean)
	if s.N > 1 {
		s.SD = math.Sqrt(s.m2 / float64(s.N-1))
	}
	s.tries += float64(max(0, attempts-1))
	s.Retries = s.tries / float64(s.N)
}
