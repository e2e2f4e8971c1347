package tokens

import "math"

// Result is a count and how far it can be trusted.
type Result struct {
	Tokens int // the count, or the middle of the band
	// Low and High are the band of an estimate: of ten texts of some length, about eight have their
	// count in it (see rates for what it was measured on). For an exact count all three are equal.
	Low, High int
	Estimated bool
	Encoding  string // what the count, or the estimate's start, was made in
	Chars     int    // characters (code points), each invalid byte as one
	Invalid   int    // bytes that were no UTF-8, each counted as U+FFFD; 0 for a valid text

	// The parts of a request's count (CountRequest); 0 for a text.
	Content, Framing, Tools, Images int
	// Notes says what was not counted or only guessed, for the user to read.
	Notes []string
}

func (c *Counter) result(n int, m *mender, p *profile) Result {
	r := Result{Tokens: n, Low: n, High: n, Encoding: c.encoding, Chars: m.chars, Invalid: m.invalid}
	if rates := c.family.rates(); rates != nil {
		rate := p.blend(rates)
		r.Estimated = true
		r.Tokens = int(math.Round(float64(n) * rate.expect))
		r.Low = int(math.Floor(float64(n) * rate.low))
		r.High = int(math.Ceil(float64(n) * rate.high))
	}
	return r
}

// add adds the counts of a part.
func (r *Result) add(part Result) {
	r.Tokens += part.Tokens
	r.Low += part.Low
	r.High += part.High
	r.Estimated = r.Estimated || part.Estimated
	r.Chars += part.Chars
	r.Invalid += part.Invalid
	r.Notes = append(r.Notes, part.Notes...)
}

func exactly(n int) Result { return Result{Tokens: n, Low: n, High: n} }

func about(n, low, high int) Result {
	return Result{Tokens: n, Low: min(low, n), High: max(high, n), Estimated: true}
}
