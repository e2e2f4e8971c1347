// Package counts writes numbers for people, in tables and sentences alike: Grouped(1234567) is "1,234,567", and
// Of(2, "case") is "2 cases".
package counts

import (
	"strconv"
	"strings"
)

// Grouped writes 1,234,567.
func Grouped[N int | int64](n N) string {
	var room, text [26]byte // the least number takes all of it
	digits, out := strconv.AppendInt(room[:0], int64(n), 10), text[:0]
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && digits[i-1] != '-' {
			out = append(out, ',')
		}
		out = append(out, c)
	}
	return string(out)
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
