package batch

import "math"

// histogram counts milliseconds in steps of two percent, from a microsecond to a day, so that percentiles
// of any number of values take a few kilobytes and are within one percent. The zero value is empty.
type histogram struct {
	counts [histogramSteps]int64
	n      int64
}

const (
	histogramStep  = 1.02
	histogramSteps = 1280
	histogramFirst = 1e-3 // milliseconds
)

func (h *histogram) add(ms float64) {
	step := 0
	if ms > histogramFirst {
		step = min(histogramSteps-1, int(math.Round(math.Log(ms/histogramFirst)/math.Log(histogramStep))))
	}
	h.counts[step]++
	h.n++
}

// percentile gives the value that a share of all are not above (nearest rank); nil without any value.
func (h *histogram) percentile(share float64) *float64 {
	if h.n == 0 {
		return nil
	}
	rank := max(1, int64(math.Ceil(share*float64(h.n))))
	for step, count := range h.counts {
		if rank -= count; rank <= 0 {
			ms := histogramFirst * math.Pow(histogramStep, float64(step))
			return &ms
		}
	}
	return nil
}
