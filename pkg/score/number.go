package score

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// number passes an answer whose last number, or first or any, equals the expected one: exactly, as fractions, or
// within tolerance. With after, only what stands behind its last occurrence counts, and an answer without it
// fails, which is how GSM8K's published figures count.
type number struct {
	After     string `yaml:"after" json:"after"`
	Tolerance string `yaml:"tolerance" json:"tolerance"` // an absolute difference, or a share of the expected number: 0.5%
	Decimal   string `yaml:"decimal" json:"decimal"`     // the decimal mark, "." or ","
	Path      string `yaml:"path" json:"path"`
	Which     string `yaml:"which" json:"which,omitempty"` // of several numbers: last (the default), first, or any

	decimal   rune
	tolerance *big.Rat // nil means none
	relative  bool
}

func newNumber(o number) (Scorer, error) {
	if o.Decimal != "." && o.Decimal != "," {
		return nil, badOption("decimal", `want "." or ","`)
	}
	o.decimal = rune(o.Decimal[0])
	switch o.Which {
	case "last":
		o.Which = "" // the same metric as without it
	case "", "first", "any":
	default:
		return nil, badOption("which", "want last, first or any")
	}
	if o.Tolerance != "" {
		o.tolerance = metric.FinalNumber(o.Tolerance, '.')
		if o.tolerance == nil || o.tolerance.Sign() < 0 {
			return nil, badOption("tolerance", "want a number such as 0.01, or a share such as 1%")
		}
		if o.relative = strings.HasSuffix(o.Tolerance, "%"); o.relative {
			o.tolerance.Quo(o.tolerance, big.NewRat(100, 1))
		}
	}
	return &o, nil
}

// Score compares numbers. Only the case's expected number is read with a point for a decimal mark
// always, since it comes from a file.
func (o *number) Score(_ context.Context, s *Sample) Outcome {
	if len(s.Expected) == 0 {
		return unscored("the case has no expected")
	}
	text, err := pick(s.Output, o.Path)
	if err != nil {
		return unreadable(err)
	}
	got, why := o.read(text)
	numbers := 0
	for _, text := range s.Expected {
		want := metric.FinalNumber(text, '.')
		if want == nil {
			continue // one of several answers, in words
		}
		numbers++
		if slices.ContainsFunc(got, func(r *big.Rat) bool { return o.near(r, want) }) {
			return passed(true, "")
		}
	}
	if numbers == 0 {
		return unscored("expected %s holds no number", quoteAny(s.Expected))
	}
	if len(got) > 0 {
		why = "got " + show(got[0])
	}
	if len(got) > 1 {
		why += fmt.Sprintf(" and %d more", len(got)-1)
	}
	return passed(false, "want %s, %s", quoteAny(s.Expected), why)
}

// read gives the numbers of the answer that may be the expected one.
func (o *number) read(text string) (got []*big.Rat, why string) {
	if o.After != "" {
		i := strings.LastIndex(text, o.After)
		if i < 0 {
			return nil, fmt.Sprintf("the answer has no %q", o.After)
		}
		text = text[i+len(o.After):]
	}
	var one *big.Rat
	switch o.Which {
	case "any":
		got = slices.Collect(metric.Numbers(text, o.decimal))
	case "first":
		one = metric.FirstNumber(text, o.decimal)
	default:
		one = metric.FinalNumber(text, o.decimal)
	}
	if one != nil {
		got = []*big.Rat{one}
	}
	if got == nil {
		return nil, "no number in " + quote(strings.TrimSpace(text))
	}
	return got, ""
}

func (o *number) near(got, want *big.Rat) bool {
	if o.tolerance == nil {
		return got.Cmp(want) == 0
	}
	limit := o.tolerance
	if o.relative {
		limit = new(big.Rat).Mul(limit, new(big.Rat).Abs(want))
	}
	difference := new(big.Rat).Sub(got, want)
	return difference.Abs(difference).Cmp(limit) <= 0
}

// show writes whole numbers whole and others with up to ten decimals.
func show(r *big.Rat) string {
	text := r.FloatString(10)
	if r.IsInt() {
		text = r.Num().String()
	} else {
		text = strings.TrimRight(text, "0")
	}
	if len(text) > maxQuoted {
		return text[:maxQuoted] + "…"
	}
	return text
}
