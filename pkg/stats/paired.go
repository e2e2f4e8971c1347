package stats

import "math"

// PairedBinaryInterval is Bonett and Price's interval of the difference of two shares of the same n cases,
// candidate − baseline, where lost cases passed before and fail now and gained cases the other way round:
// Wald's interval after adding one half of a case to each of the four cells. It has a width where nothing
// changed. n of 0 gives [−1, 1]. Source: Bonett and Price 2012, «Adjusted Wald confidence interval for
// a difference of binomial proportions based on paired data»; Fagerland, Lydersen and Laake 2014.
func PairedBinaryInterval(lost, gained, n int, confidence float64) Interval {
	if n <= 0 {
		return Interval{-1, 1}
	}
	diff, se := bonettPrice(lost, gained, n)
	half := NormalQuantile(0.5+confidence/2) * se
	return Interval{max(-1, diff-half), min(1, diff+half)}
}

// PairedBinaryStdErr is the standard error that PairedBinaryInterval uses. It is above 0 where nothing
// changed.
func PairedBinaryStdErr(lost, gained, n int) float64 {
	_, se := bonettPrice(lost, gained, n)
	return se
}

func bonettPrice(lost, gained, n int) (diff, se float64) {
	total := float64(n) + 2
	down, up := (float64(lost)+1)/total, (float64(gained)+1)/total
	diff = up - down
	return diff, math.Sqrt((up + down - diff*diff) / total)
}
