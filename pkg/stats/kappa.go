package stats

import "math"

// Agreement is how far two raters agree beyond chance.
type Agreement struct {
	N        int      // items that both rated
	Observed float64  // the share on which they agree, weighted where Kappa was given weights
	Expected float64  // that share by chance
	Kappa    float64  // NaN where Expected is 1: both raters know one category only
	Interval Interval // of Kappa, cut at −1 and 1; NaN where Kappa is
}

// Weight is how much two categories agree, 1 for a category with itself.
type Weight func(i, j int) float64

// Nominal counts equal categories alone.
func Nominal(i, j int) float64 {
	if i == j {
		return 1
	}
	return 0
}

// Quadratic makes near categories of k in order agree in part: 1 − (i−j)²/(k−1)².
func Quadratic(k int) Weight {
	return func(i, j int) float64 {
		if k < 2 {
			return 1
		}
		d := float64(i-j) / float64(k-1)
		return 1 - d*d
	}
}

// Kappa is Cohen's, with weights the weighted one. table[i][j] counts the items that the first rater put
// into category i and the second into j; it is square. The interval is kappa ± z·se with the standard error for
// large samples that does not assume a kappa of 0.
// Sources: Cohen 1960, «A coefficient of agreement for nominal scales»; Cohen 1968 for weights; Fleiss, Cohen and
// Everitt 1969, «Large sample standard errors of kappa and weighted kappa».
func Kappa(table [][]int, w Weight, confidence float64) Agreement {
	k := len(table)
	rows, columns := make([]float64, k), make([]float64, k)
	var a Agreement
	for i := range table {
		for j, n := range table[i] {
			a.N += n
			rows[i] += float64(n)
			columns[j] += float64(n)
		}
	}
	n := float64(a.N)
	for i := range k {
		rows[i], columns[i] = rows[i]/n, columns[i]/n
	}
	rowMean, columnMean := make([]float64, k), make([]float64, k) // of the weights
	for i := range k {
		for j := range k {
			a.Observed += w(i, j) * float64(table[i][j]) / n
			a.Expected += w(i, j) * rows[i] * columns[j]
			rowMean[i] += w(i, j) * columns[j]
			columnMean[j] += w(i, j) * rows[i]
		}
	}
	nan := math.NaN()
	a.Kappa, a.Interval = nan, Interval{nan, nan}
	if a.N == 0 || a.Expected >= 1 {
		return a
	}
	a.Kappa = (a.Observed - a.Expected) / (1 - a.Expected)
	sum := 0.0
	for i := range k {
		for j := range k {
			d := w(i, j) - (rowMean[i]+columnMean[j])*(1-a.Kappa)
			sum += float64(table[i][j]) / n * d * d
		}
	}
	rest := a.Kappa - a.Expected*(1-a.Kappa)
	se := math.Sqrt(max(0, sum-rest*rest)/n) / (1 - a.Expected)
	z := NormalQuantile(0.5 + confidence/2)
	a.Interval = Interval{max(-1, a.Kappa-z*se), min(1, a.Kappa+z*se)}
	return a
}
