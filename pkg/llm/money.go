package llm

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Money is an amount in integer nano-dollars (10^-9 USD). An unknown price is a nil *Money, never 0.
type Money int64

// Dollar is one US dollar.
const Dollar Money = 1_000_000_000

// String writes dollars with as many decimals as it takes, two at least: "$0.00", "$0.000125".
func (m Money) String() string {
	sign := ""
	u := uint64(m)
	if m < 0 {
		sign, u = "-", -u
	}
	frac := strings.TrimRight(fmt.Sprintf("%09d", u%1e9), "0")
	for len(frac) < 2 {
		frac += "0"
	}
	return sign + "$" + strconv.FormatUint(u/1e9, 10) + "." + frac
}

// MarshalJSON writes dollars as a JSON number, exactly: 0.000125.
func (m Money) MarshalJSON() ([]byte, error) {
	s := strings.Replace(m.String(), "$", "", 1)
	return []byte(strings.TrimSuffix(s, ".00")), nil
}

// UnmarshalJSON reads dollars from a JSON number.
func (m *Money) UnmarshalJSON(b []byte) error {
	v, err := ParseMoney(string(b))
	*m = v
	return err
}

// ParseMoney reads dollars: "0.000125", "$30", "1e-6". What is finer than a nano-dollar is an error.
func ParseMoney(s string) (Money, error) {
	text := strings.TrimPrefix(strings.TrimSpace(s), "$")
	// A rational of a huge exponent would take huge memory; no sum of money has one.
	if i := strings.IndexAny(text, "eE"); len(text) > 40 || (i >= 0 && len(text)-i > 4) || strings.Contains(text, "/") {
		return 0, fmt.Errorf("%.40q is not an amount in dollars", s)
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, fmt.Errorf("%.40q is not an amount in dollars", s)
	}
	r.Mul(r, big.NewRat(int64(Dollar), 1))
	if !r.IsInt() || !r.Num().IsInt64() {
		return 0, fmt.Errorf("%.40q is finer than a nano-dollar or too large", s)
	}
	return Money(r.Num().Int64()), nil
}
