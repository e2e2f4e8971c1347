package metric

// PassAtK is the chance that at least one of k answers passes, from n answers of which c passed:
// 1 − C(n−c, k) ÷ C(n, k), without bias, as a product that neither overflows nor cancels. With fewer
// than k answers, or numbers that cannot be, it has no value and ok is false.
// Source: Chen and others 2021, «Evaluating Large Language Models Trained on Code».
func PassAtK(n, c, k int) (value float64, ok bool) {
	if !countable(n, c, k) {
		return 0, false
	}
	if n-c < k {
		return 1, true
	}
	none := 1.0
	for i := n - c + 1; i <= n; i++ {
		none *= 1 - float64(k)/float64(i)
	}
	return 1 - none, true
}

// PassHatK is pass^k, the chance that all of k answers pass: C(c, k) ÷ C(n, k), without bias. ok is false
// as in PassAtK. Source: Yao and others 2024, «τ-bench».
func PassHatK(n, c, k int) (value float64, ok bool) {
	if !countable(n, c, k) {
		return 0, false
	}
	all := 1.0
	for i := range k {
		all *= max(0, float64(c-i)) / float64(n-i)
	}
	return all, true
}

func countable(n, c, k int) bool { return k >= 1 && n >= k && c >= 0 && c <= n }
