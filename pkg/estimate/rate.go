package estimate

import (
	"math"
	"time"
)

// Limits are a provider's rate limits. 0 means that there is none.
type Limits struct {
	RequestsPerMinute int64
	TokensPerMinute   int64 // input and output together
}

// Duration is how long the calls take at the least under the limits: low, expected and high, by their
// tokens; answers of unknown length take none. Retries count as requests. It is all 0 without a limit.
func (e Estimate) Duration(l Limits) (low, expected, high time.Duration) {
	tries := float64(e.Calls) * (1 + e.Retries)
	at := func(tokens int64) time.Duration {
		minutes := 0.0
		if l.RequestsPerMinute > 0 {
			minutes = tries / float64(l.RequestsPerMinute)
		}
		if l.TokensPerMinute > 0 {
			minutes = max(minutes, float64(tokens)/float64(l.TokensPerMinute))
		}
		return time.Duration(min(minutes*float64(time.Minute), math.MaxInt64/2))
	}
	out := e.Output
	if out == nil {
		out = &Band{}
	}
	return at(e.Input.Low + out.Low), at(e.Input.Expected + out.Expected), at(e.Input.High + out.High)
}
