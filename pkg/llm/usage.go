package llm

import (
	"encoding/json"
	"errors"
)

// Usage counts tokens in buckets that do not overlap, but for Reasoning, which is a part of Output.
// An unknown usage is a nil *Usage, never a zero one.
type Usage struct {
	UncachedInput int64 // input that was neither read from nor written to the provider's cache
	CacheRead     int64 // input read from the provider's cache
	CacheWrite    int64 // input written to the provider's cache for its default time (Anthropic: 5 minutes)
	CacheWrite1h  int64 // input written to the provider's cache for an hour
	Output        int64 // all output, reasoning included
	Reasoning     int64 // the part of Output that was reasoning
}

// Input is the whole input: uncached, read from and written to the cache.
func (u *Usage) Input() int64 {
	return u.UncachedInput + u.CacheRead + u.CacheWrite + u.CacheWrite1h
}

// Add adds v to u, bucket by bucket.
func (u *Usage) Add(v *Usage) {
	u.UncachedInput += v.UncachedInput
	u.CacheRead += v.CacheRead
	u.CacheWrite += v.CacheWrite
	u.CacheWrite1h += v.CacheWrite1h
	u.Output += v.Output
	u.Reasoning += v.Reasoning
}

// maxTokens is more than any count can be; sums of what is below it do not overflow.
const maxTokens = 1 << 50

// Possible tells whether a server can have counted so: nothing negative, nothing above 2^50, no part larger than
// the whole. Sums of a few that are possible do not overflow.
func (u *Usage) Possible() bool {
	for _, n := range [...]int64{u.UncachedInput, u.CacheRead, u.CacheWrite, u.CacheWrite1h, u.Output, u.Reasoning} {
		if n < 0 || n > maxTokens {
			return false
		}
	}
	return u.Reasoning <= u.Output
}

// usageJSON is the form in files: totals first, then the parts that make them up.
type usageJSON struct {
	Input        *int64 `json:"input_tokens"`
	Output       *int64 `json:"output_tokens"`
	Uncached     int64  `json:"uncached_input_tokens"`
	CacheRead    int64  `json:"cache_read_tokens"`
	CacheWrite   int64  `json:"cache_write_tokens"`
	CacheWrite1h int64  `json:"cache_write_1h_tokens"`
	Reasoning    int64  `json:"reasoning_tokens"`
}

// MarshalJSON writes input_tokens (the total) and output_tokens, then the parts.
func (u Usage) MarshalJSON() ([]byte, error) {
	in := u.Input()
	return json.Marshal(usageJSON{&in, &u.Output, u.UncachedInput, u.CacheRead, u.CacheWrite, u.CacheWrite1h, u.Reasoning})
}

var errUsage = errors.New("usage needs input_tokens and output_tokens, none negative, the cached parts within the input and the reasoning within the output")

// UnmarshalJSON reads what MarshalJSON writes. Only input_tokens and output_tokens are required; the
// uncached input is what the cached parts leave of the total.
func (u *Usage) UnmarshalJSON(b []byte) error {
	var j usageJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	if j.Input == nil || j.Output == nil {
		return errUsage
	}
	*u = Usage{
		UncachedInput: *j.Input - j.CacheRead - j.CacheWrite - j.CacheWrite1h,
		CacheRead:     j.CacheRead, CacheWrite: j.CacheWrite, CacheWrite1h: j.CacheWrite1h,
		Output: *j.Output, Reasoning: j.Reasoning,
	}
	if min(u.UncachedInput, u.CacheRead, u.CacheWrite, u.CacheWrite1h, u.Output, u.Reasoning, u.Output-u.Reasoning) < 0 {
		return errUsage
	}
	return nil
}
