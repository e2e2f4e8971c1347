package metric

import (
	"runtime"
	"strings"
	"testing"
)

// A list of numbers of two digits is no number with groups, and takes time in proportion to its length: reading it from
// each number to its end would take hours.
func TestLongListsOfNumbers(t *testing.T) {
	for name, text := range map[string]string{
		"groups of two":   strings.Repeat("12,", 100_000) + "13",
		"groups of three": strings.Repeat("123,", 100_000) + "13",
	} {
		t.Run(name, func(t *testing.T) {
			if got := FinalNumber(text, '.'); got == nil || got.RatString() != "13" {
				t.Errorf("the last number is %v", got)
			}
		})
	}
	if got := FinalNumber("1,23,45,67,890", '.'); got.RatString() != "1234567890" {
		t.Errorf("an Indian number is %v", got)
	}
}

// The table of a long line takes a bit a cell, not four bytes.
func TestRougeLsumMemory(t *testing.T) {
	line := strings.Repeat("a b c d e ", 800) // 16 million cells
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if r := RougeLsum(line, line, false); r.FMeasure != 1 {
		t.Errorf("of a text with itself: %+v", r)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
		t.Errorf("%d bytes", took)
	}
}
