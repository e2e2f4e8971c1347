package metric

// ContextPrecision tells whether the useful passages stand first: the mean of precision@k over the ranks k of
// the useful ones, and 0 when none is. Source: Ragas, «Context Precision».
func ContextPrecision(useful []bool) float64 {
	hits, sum := 0, 0.0
	for i, u := range useful {
		if u {
			hits++
			sum += float64(hits) / float64(i+1)
		}
	}
	if hits == 0 {
		return 0
	}
	return sum / float64(hits)
}
