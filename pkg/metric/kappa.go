package metric

import "math"

// Agreement is how far two raters agree beyond chance.
type Agreement struct {
	Raw   float64 // the share of equal labels, or with weights the mean agreement
	Kappa float64
	// Low and High bound Kappa at the confidence asked for. The interval is the asymptotic one; below some
	// thirty labels it is too narrow to rely on.
	Low, High float64
	N         int
}

// KappaWeights says how much two labels that differ still agree.
type KappaWeights string

// The weights. All but the first need labels in an order.
const (
	KappaUnweighted KappaWeights = ""          // not at all
	KappaLinear     KappaWeights = "linear"    // 1 − |i−j| ÷ (m−1)
	KappaQuadratic  KappaWeights = "quadratic" // 1 − (i−j)² ÷ (m−1)²
)

// CohenKappa compares the labels that two raters gave to the same items. order lists all labels from the
// lowest to the highest; without weights it may be nil. ok is false where kappa has no value: no items,
// lists of different lengths, a label that is not in order, or one label only, on which chance agrees
// always. Source: Cohen 1960 and 1968; the interval from Fleiss, Cohen and Everitt 1969.
func CohenKappa(a, b, order []string, weights KappaWeights, confidence float64) (g Agreement, ok bool) {
	index := labels(a, b, order)
	m, n := len(index), float64(len(a))
	if len(a) == 0 || len(a) != len(b) {
		return Agreement{}, false
	}
	table := make([]float64, m*m) // shares: a's label is the row
	rows, columns := make([]float64, m), make([]float64, m)
	for i := range a {
		r, known := index[a[i]]
		c, knownToo := index[b[i]]
		if !known || !knownToo {
			return Agreement{}, false
		}
		table[r*m+c] += 1 / n
		rows[r] += 1 / n
		columns[c] += 1 / n
	}
	k := kappaTable{m, table, rows, columns, weights}
	observed, expected := k.agreement()
	if 1-expected < 1e-12 {
		return Agreement{}, false
	}
	kappa := (observed - expected) / (1 - expected)
	half := math.Sqrt2 * math.Erfinv(confidence) * math.Sqrt(k.variance(kappa, expected)/n)
	return Agreement{observed, kappa, max(-1, kappa-half), min(1, kappa+half), len(a)}, true
}

// labels numbers the labels, by order or as they come.
func labels(a, b, order []string) map[string]int {
	index := map[string]int{}
	lists := [][]string{order}
	if order == nil {
		lists = [][]string{a, b}
	}
	for _, list := range lists {
		for _, label := range list {
			if _, known := index[label]; !known {
				index[label] = len(index)
			}
		}
	}
	return index
}

type kappaTable struct {
	m                    int
	cells, rows, columns []float64
	weights              KappaWeights
}

func (k kappaTable) weight(i, j int) float64 {
	if k.m < 2 || i == j {
		return 1
	}
	d := math.Abs(float64(i-j)) / float64(k.m-1)
	switch k.weights {
	case KappaLinear:
		return 1 - d
	case KappaQuadratic:
		return 1 - d*d
	}
	return 0
}

// agreement is what is observed and what chance would give.
func (k kappaTable) agreement() (observed, expected float64) {
	for i := range k.m {
		for j := range k.m {
			w := k.weight(i, j)
			observed += w * k.cells[i*k.m+j]
			expected += w * k.rows[i] * k.columns[j]
		}
	}
	return observed, expected
}

// variance is n times that of kappa: Fleiss, Cohen and Everitt's formula (for a kappa that is not zero).
func (k kappaTable) variance(kappa, expected float64) float64 {
	byRow, byColumn := make([]float64, k.m), make([]float64, k.m)
	for i := range k.m {
		for j := range k.m {
			byRow[i] += k.weight(i, j) * k.columns[j]
			byColumn[j] += k.weight(i, j) * k.rows[i]
		}
	}
	total := 0.0
	for i := range k.m {
		for j := range k.m {
			d := k.weight(i, j) - (byRow[i]+byColumn[j])*(1-kappa)
			total += k.cells[i*k.m+j] * d * d
		}
	}
	rest := kappa - expected*(1-kappa)
	return max(0, total-rest*rest) / ((1 - expected) * (1 - expected))
}
