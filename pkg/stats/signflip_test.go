package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func ExampleSignFlipTest() {
	s := SignFlipTest([]float64{-1, -1, -1, -1, -1, -1, 0, 0}, 1)
	fmt.Printf("one-sided %.4f, mid-p %.4f", s.OneSided(), s.MidP())
	// Output: one-sided 0.0156, mid-p 0.0078
}

// What is drawn by chance comes near what is enumerated, on both ways of getting there.
func TestDrawnFlipsAgreeWithExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		d := make([]float64, 16)
		for i := range d {
			d[i] = rng.NormFloat64() - 0.3
		}
		exact := SignFlipTest(d, 1)
		sum, total, sizes := 0.0, 0.0, make([]float64, len(d))
		for i, v := range d {
			sum, total, sizes[i] = sum+v, total+math.Abs(v), math.Abs(v)
		}
		drawn := place(drawnSums(sizes, total, rng.Uint64()), sum, 1e-10*total)
		se := math.Sqrt(exact.MidP() * (1 - exact.MidP()) / flipsDrawn)
		if !exact.Exact || math.Abs(drawn.MidP()-exact.MidP()) > 4*se+1e-4 {
			t.Errorf("drawn %v, exact %v, standard error %v", drawn.MidP(), exact.MidP(), se)
		}
	}
}

func TestSignFlipShapes(t *testing.T) {
	many := make([]float64, 40)
	for i := range many {
		many[i] = float64(i%5) - 1 // sizes 0 to 3, so nothing is exact
	}
	for name, tc := range map[string]struct {
		d     []float64
		exact bool
	}{
		"none": {nil, true}, "only zeros": {make([]float64, 30), true}, "one size": {values(40, -0.5), true}, "several sizes": {many, false},
	} {
		s := SignFlipTest(tc.d, 9)
		if s.Exact != tc.exact || !(s.MidP() > 0 && s.MidP() < 1) || s.MidP() >= s.OneSided() {
			t.Errorf("%s: %+v", name, s)
		}
		if s != SignFlipTest(tc.d, 9) {
			t.Errorf("%s: the same seed gives two results", name)
		}
	}
	if p := SignFlipTest(nil, 1).MidP(); p != 0.5 {
		t.Errorf("no difference gives %v", p)
	}
	if a, b := SignFlipTest(values(40, -0.5), 1).MidP(), McNemar(40, 0).MidP(); a != b || a != math.Ldexp(1, -41) {
		t.Errorf("forty losses of one size give %v, McNemar %v", a, b)
	}
}

func values(n int, v float64) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = v
	}
	return list
}

func TestBinomialHalfIsSmooth(t *testing.T) {
	for _, n := range []int{49, 50, 51, 2000} { // exact below 51, by logarithms above
		sum := 0.0
		for k := range n + 1 {
			sum += binomialHalf(k, n)
		}
		if math.Abs(sum-1) > 1e-10 {
			t.Errorf("chances of %d tosses add up to %v", n, sum)
		}
	}
}

func TestClusterSums(t *testing.T) {
	got := ClusterSums([]float64{1, 2, 4, 8, 16}, []string{"a", "", "a", "", "b"})
	if fmt.Sprint(got) != "[5 2 8 16]" {
		t.Errorf("got %v", got)
	}
}

func TestConfirmations(t *testing.T) {
	for suspects, want := range map[int]int{0: 0, 1: 3, 2: 4, 5: 4, 6: 4, 7: 5, 100: 6} {
		k := Confirmations(suspects, 0.025)
		if k != want {
			t.Errorf("%d suspects are asked %d times, want %d", suspects, k, want)
		}
		if risk := float64(suspects) * math.Pow(4, -float64(k)); suspects > 0 && risk > 0.025 {
			t.Errorf("%d suspects asked %d times leave a risk of %v", suspects, k, risk)
		}
	}
}

func TestRatioOfTotals(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	covered, rounds := 0, 1000
	for range rounds {
		a, b := make([]float64, 60), make([]float64, 60)
		for i := range a {
			a[i] = math.Exp(rng.NormFloat64() / 2)
			b[i] = a[i] * 1.2 * math.Exp(rng.NormFloat64()/4-1.0/32) // the mean of the last factor is 1
		}
		if _, iv, ok := RatioOfTotals(a, b, 0.95); ok && iv.Low <= 1.2 && 1.2 <= iv.High {
			covered++
		}
	}
	if share := float64(covered) / float64(rounds); share < 0.92 || share > 0.97 {
		t.Errorf("the 95 %% interval holds the true ratio in %v of the samples", share)
	}
	for name, in := range map[string][2][]float64{"one pair": {{1}, {2}}, "no total": {{0, 0}, {1, 1}}, "nothing": {}, "free now": {{1, 1}, {0, 0}}} {
		if _, _, ok := RatioOfTotals(in[0], in[1], 0.95); ok {
			t.Errorf("%s has an interval", name)
		}
	}
}

// The shift of a lognormal latency by a fifth is found, in its interval, and none where there is none.
func TestQuantileShifts(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	covered, rounds := 0, 200
	for seed := range rounds {
		var a, b Grouped
		for i := range 300 {
			base := math.Exp(rng.NormFloat64() / 2)
			a.Values, a.Owner = append(a.Values, base*math.Exp(rng.NormFloat64()/5)), append(a.Owner, i)
			b.Values, b.Owner = append(b.Values, 1.2*base*math.Exp(rng.NormFloat64()/5)), append(b.Owner, i)
		}
		s := QuantileShifts(a, b, 300, []float64{0.5, 0.95}, 0.95, uint64(seed))
		if s[0].Ratio.Low <= 1.2 && 1.2 <= s[0].Ratio.High {
			covered++
		}
		if s[1].Baseline < s[0].Baseline {
			t.Fatalf("p95 below p50: %+v", s)
		}
	}
	if share := float64(covered) / float64(rounds); share < 0.9 {
		t.Errorf("the 95 %% interval of the median's ratio holds the truth in %v of the samples", share)
	}
	if s := QuantileShifts(Grouped{}, Grouped{}, 0, []float64{0.5}, 0.95, 1); s != nil {
		t.Errorf("nothing gives %v", s)
	}
}

func TestQuantileIsTheSmallestValueEnough(t *testing.T) {
	var g Grouped
	for i := range 10 {
		g.Values, g.Owner = append(g.Values, float64(10-i)), append(g.Owner, i)
	}
	s := QuantileShifts(g, g, 10, []float64{0.5, 0.95}, 0.95, 1)
	if s[0].Baseline != 5 || s[1].Candidate != 10 || s[0].Ratio != (Interval{1, 1}) {
		t.Errorf("quantiles of 1 to 10: %+v", s)
	}
}

func BenchmarkSignFlipDrawn(b *testing.B) {
	d := make([]float64, 10_000)
	for i := range d {
		d[i] = math.Sin(float64(i))
	}
	for b.Loop() {
		SignFlipTest(d, 1)
	}
}

func BenchmarkQuantileShifts(b *testing.B) {
	var g Grouped
	for i := range 10_000 {
		g.Values, g.Owner = append(g.Values, math.Abs(math.Sin(float64(i)))), append(g.Owner, i)
	}
	for b.Loop() {
		QuantileShifts(g, g, 10_000, []float64{0.5, 0.95}, 0.95, 1)
	}
}
