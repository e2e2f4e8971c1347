package metric

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Reduction makes one value of a case out of those of its repeats. The zero value is the mean.
type Reduction struct {
	kind string // "" is the mean
	k    int    // of pass@k and pass^k; 0 means all repeats
}

const (
	reduceMode    = "mode"
	reducePassAt  = "pass@"
	reducePassHat = "pass^"
)

var errReduction = errors.New("want mean, mode, pass@3 or pass^3")

// ParseReduction reads "mean", "mode", "pass@3", "pass^3", and "pass@k" and "pass^k" for as many as there
// are repeats; "" is the mean.
func ParseReduction(text string) (Reduction, error) {
	switch text {
	case "", "mean":
		return Reduction{}, nil
	case reduceMode:
		return Reduction{kind: reduceMode}, nil
	}
	for _, kind := range []string{reducePassAt, reducePassHat} {
		digits, ok := strings.CutPrefix(text, kind)
		if !ok {
			continue
		}
		if digits == "k" {
			return Reduction{kind: kind}, nil
		}
		k, err := strconv.Atoi(digits)
		if err != nil || k < 1 || digits[0] == '+' {
			return Reduction{}, errReduction
		}
		return Reduction{kind, k}, nil
	}
	return Reduction{}, errReduction
}

// String is what ParseReduction reads; "mean" for the zero value.
func (r Reduction) String() string {
	switch {
	case r.kind == "":
		return "mean"
	case r.kind == reduceMode:
		return reduceMode
	case r.k == 0:
		return r.kind + "k"
	}
	return r.kind + strconv.Itoa(r.k)
}

// For is the reduction of a number of repeats: k is set where it is all of them.
func (r Reduction) For(repeats int) Reduction {
	if r.k == 0 && (r.kind == reducePassAt || r.kind == reducePassHat) {
		r.k = repeats
	}
	return r
}

// K is how many repeats a value takes at least: k, and 1 for mean and mode.
func (r Reduction) K() int { return max(1, r.k) }

// Mean tells whether it is the mean.
func (r Reduction) Mean() bool { return r.kind == "" }

// Mode tells whether it needs the single values.
func (r Reduction) Mode() bool { return r.kind == reduceMode }

// Of reduces n values of the given sum, of which passed did pass; values are only looked at for the mode.
// ok is false where there is no value: none at all, or fewer than k.
func (r Reduction) Of(n, passed int, sum float64, values []float64) (value float64, ok bool) {
	switch {
	case n == 0:
		return 0, false
	case r.kind == reducePassAt:
		return PassAtK(n, passed, r.K())
	case r.kind == reducePassHat:
		return PassHatK(n, passed, r.K())
	case r.kind == reduceMode:
		return Mode(values)
	}
	return sum / float64(n), true
}

// Mode is the value that comes most often; of several, the smallest, so that a tie does no good to whoever
// is measured. ok is false without a value.
func Mode(values []float64) (value float64, ok bool) {
	count := map[float64]int{}
	for _, v := range values {
		count[v]++
	}
	most := 0
	for _, v := range slices.Sorted(maps.Keys(count)) {
		if count[v] > most {
			value, most = v, count[v]
		}
	}
	return value, most > 0
}
