package counts_test

import (
	"math"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/counts"
)

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 1047: "1,047", 123456: "123,456", 1234567: "1,234,567", -1000: "-1,000", -999: "-999",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := counts.Grouped(n); got != want {
			t.Errorf("Grouped(%d) = %q; want %q", n, got, want)
		}
	}
}

func TestOf(t *testing.T) {
	for _, c := range []struct {
		n          int
		what, want string
	}{
		{0, "case", "0 cases"},
		{1, "case", "1 case"},
		{1047, "case", "1,047 cases"},
		{1, "more entry", "1 more entry"},
		{2, "more entry", "2 more entries"},
	} {
		if got := counts.Of(c.n, c.what); got != c.want {
			t.Errorf("Of(%d, %q) = %q; want %q", c.n, c.what, got, c.want)
		}
	}
}
