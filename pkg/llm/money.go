package llm

import (
	"bytes"
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
	var room [24]byte
	return string(m.append(room[:0], "$"))
}

// append writes the dollars behind their sign.
func (m Money) append(b []byte, currency string) []byte {
	u := uint64(m)
	if m < 0 {
		b, u = append(b, '-'), -u
	}
	b = strconv.AppendUint(append(b, currency...), u/1e9, 10)
	point := len(b)
	b = strconv.AppendUint(b, 1e9+u%1e9, 10) // its 1 keeps the zeros, and becomes the point
	b[point] = '.'
	for len(b) > point+3 && b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// MarshalJSON writes dollars as a JSON number, exactly: 0.000125.
func (m Money) MarshalJSON() ([]byte, error) {
	return bytes.TrimSuffix(m.append(nil, ""), []byte(".00")), nil
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
