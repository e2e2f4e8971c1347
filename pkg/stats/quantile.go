package stats

import "math"

// NormalQuantile is the inverse of the standard normal distribution: 1.96 for 0.975.
func NormalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// TQuantile is the inverse of Student's t distribution with df degrees of freedom, for 0 < p < 1, to
// about 10 digits. It looks for the tail probability by bisection on the incomplete beta function.
func TQuantile(p, df float64) float64 {
	switch {
	case math.IsNaN(p) || p <= 0 || p >= 1 || !(df > 0):
		return math.NaN()
	case p == 0.5:
		return 0
	case p < 0.5:
		return -TQuantile(1-p, df)
	}
	low, high := 0.0, 1.0
	for TCDF(high, df) < p && high < 1e300 {
		low, high = high, high*2
	}
	for range 200 {
		mid := low + (high-low)/2
		if mid == low || mid == high {
			break
		}
		if TCDF(mid, df) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return low + (high-low)/2
}

// TCDF is the share of Student's t distribution with df degrees of freedom that lies below t.
// Source: Abramowitz and Stegun 26.7.1, through the incomplete beta function.
func TCDF(t, df float64) float64 {
	tail := 0.5 * incompleteBeta(df/2, 0.5, df/(df+t*t))
	if t > 0 {
		return 1 - tail
	}
	return tail
}

// incompleteBeta is the regularised I_x(a, b), by the continued fraction of DLMF 8.17.22.
func incompleteBeta(a, b, x float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) { // the fraction converges fast below this point only
		return 1 - incompleteBeta(b, a, 1-x)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	return front * betaFraction(a, b, x)
}

// betaFraction evaluates the continued fraction by Lentz's method as Thompson and Barnett (1986)
// changed it.
func betaFraction(a, b, x float64) float64 {
	const tiny, enough = 1e-300, 1e-16
	guard := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/guard(1-(a+b)*x/(a+1))
	f := d
	for i := 1; i < 1000; i++ {
		m := float64(i)
		for _, coefficient := range [2]float64{
			m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m)),
			-(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1)),
		} {
			d = 1 / guard(1+coefficient*d)
			c = guard(1 + coefficient/c)
			f *= c * d
		}
		if math.Abs(c*d-1) < enough {
			break
		}
	}
	return f
}
