package tokens

import "unicode/utf8"

// Truncate gives the longest beginning of text, up to the end of one of its tokens and of a character,
// that counts at most n tokens, and its count. A text with no more than n tokens comes back whole. With an
// estimating Counter the middle of the band is at most n. Bytes that are not UTF-8 come back as U+FFFD.
func (c *Counter) Truncate(text string, n int) (string, int) {
	if n <= 0 || text == "" {
		return "", 0
	}
	var m mender
	b := m.close(m.add(nil, []byte(text)))
	budget := n
	if c.Estimated() {
		var p profile
		p.add(b)
		budget = max(1, int(float64(n)/p.blend(c.family.rates()).expect)) + 1
	}
	s := c.codec.get()
	var ends []int
	c.codec.encode(b, s, nil, &ends, budget+1)
	c.codec.put(s)
	for k := min(budget, len(ends)); k > 0; k-- {
		end := ends[k-1]
		if end < len(b) && !utf8.RuneStart(b[end]) {
			continue
		}
		if got := c.CountBytes(b[:end]); got <= n {
			return string(b[:end]), got
		}
	}
	return "", 0
}
