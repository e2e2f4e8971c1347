package estimate

import (
	"math/bits"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Band is a number of tokens and how sure it is.
type Band struct {
	Low      int64 `json:"low"`
	Expected int64 `json:"expected"`
	High     int64 `json:"high"`
}

func exactly(n int64) Band { return Band{n, n, n} }

func (b *Band) add(c Band, times int64) {
	b.Low += c.Low * times
	b.Expected += c.Expected * times
	b.High += c.High * times
}

// Cost is an amount of dollars and how sure it is.
type Cost struct {
	Low      llm.Money `json:"low"`
	Expected llm.Money `json:"expected"`
	High     llm.Money `json:"high"`
}

// Scale gives the cost of mul calls where c is that of div calls, to the nearest nano-dollar. It is nil
// for a nil Cost, for no calls, and past the range of Money.
func (c *Cost) Scale(mul, div int64) *Cost {
	if c == nil || div <= 0 || mul < 0 {
		return nil
	}
	var out Cost
	for _, p := range [][2]*llm.Money{{&c.Low, &out.Low}, {&c.Expected, &out.Expected}, {&c.High, &out.High}} {
		n, ok := scale(int64(*p[0]), mul, div)
		if !ok {
			return nil
		}
		*p[1] = llm.Money(n)
	}
	return &out
}

// scale is n × mul ÷ div for numbers that are not negative, rounded half up.
func scale(n, mul, div int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(n), uint64(mul)) //nolint:gosec // not negative
	if n < 0 || hi >= uint64(div) {
		return 0, false
	}
	q, r := bits.Div64(hi, lo, uint64(div)) //nolint:gosec // not negative
	if r >= uint64(div)-r {
		q++
	}
	return int64(q), q < 1<<63 //nolint:gosec // checked
}
