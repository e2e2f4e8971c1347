// Package counts writes numbers for people, in tables and sentences alike: Grouped(1234567) is "1,234,567", and
// Of(2, "case") is "2 cases".
package counts

import (
	"strconv"
	"strings"
)

// Grouped writes 1,234,567.
func Grouped[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Of writes "1 file", "2 files" and "2 entries": what is an English noun whose plural is regular.
func Of[N int | int64](n N, what string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(what, "ry"):
		what = strings.TrimSuffix(what, "y") + "ies"
	default:
		what += "s"
	}
	return Grouped(n) + " " + what
}
