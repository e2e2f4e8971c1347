package ledger

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// packedSums is the SQL that makes the text of sums: the numbers that pack writes, in its order, with a space between. A
// report reads one such text for a row some five times as fast as it reads and adds up as many columns.
const packedSums = `calls||' '||ok||' '||incomplete||' '||failed||' '||canceled||' '||unknown_usage||' '||estimated||' '||
	uncached||' '||cache_read||' '||cache_write||' '||cache_write_1h||' '||output||' '||reasoning||' '||
	unpriced||' '||unpriced_failed||' '||cost||' '||hits||' '||misses||' '||saved||' '||judged||' '||passed||' '||total||' '||
	(cost * (source = 'eval'))||' '||(unpriced * (source = 'eval'))`

// packedUp is packedSums over a group of rows.
const packedUp = `sum(calls)||' '||sum(ok)||' '||sum(incomplete)||' '||sum(failed)||' '||sum(canceled)||' '||
	sum(unknown_usage)||' '||sum(estimated)||' '||sum(uncached)||' '||sum(cache_read)||' '||sum(cache_write)||' '||sum(cache_write_1h)||' '||
	sum(output)||' '||sum(reasoning)||' '||sum(unpriced)||' '||sum(unpriced_failed)||' '||sum(cost)||' '||
	sum(hits)||' '||sum(misses)||' '||sum(saved)||' '||sum(judged)||' '||sum(passed)||' '||sum(total)||' '||
	sum(cost * (source = 'eval'))||' '||sum(unpriced * (source = 'eval'))`

// packed is how many numbers there are in the text of sums.
const packed = 24

func (t *Total) numbers() [packed]int64 {
	return [packed]int64{
		t.Calls, t.OK, t.Incomplete, t.Failed, t.Canceled, t.UnknownUsage, t.Estimated,
		t.Usage.UncachedInput, t.Usage.CacheRead, t.Usage.CacheWrite, t.Usage.CacheWrite1h, t.Usage.Output, t.Usage.Reasoning,
		t.Unpriced, t.UnpricedFailed, int64(t.Cost), t.CacheHits, t.CacheMisses, int64(t.Saved), t.Judged, t.Passed, int64(t.Latency), int64(t.EvalCost), t.EvalUnpriced,
	}
}

// pack writes the sums.
func (t *Total) pack() string {
	b := make([]byte, 0, 80)
	for i, n := range t.numbers() {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(b)
}

// addPacked adds what pack wrote.
func (t *Total) addPacked(text []byte) error {
	n, ok := unpack(text)
	if !ok {
		return fmt.Errorf("ledger: %.80q are no sums", text)
	}
	t.Plus(&Total{
		Calls: n[0], OK: n[1], Incomplete: n[2], Failed: n[3], Canceled: n[4], UnknownUsage: n[5], Estimated: n[6],
		Usage:    llm.Usage{UncachedInput: n[7], CacheRead: n[8], CacheWrite: n[9], CacheWrite1h: n[10], Output: n[11], Reasoning: n[12]},
		Unpriced: n[13], UnpricedFailed: n[14], Cost: llm.Money(n[15]),
		CacheHits: n[16], CacheMisses: n[17], Saved: llm.Money(n[18]), Judged: n[19], Passed: n[20], Latency: time.Duration(n[21]),
		EvalCost: llm.Money(n[22]), EvalUnpriced: n[23],
	})
	return nil
}

func unpack(text []byte) (n [packed]int64, ok bool) {
	i, digits, minus := 0, 0, false
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digit := int64(c - '0')
			if n[i] > (math.MaxInt64-digit)/10 {
				return n, false // it would run over
			}
			n[i], digits = n[i]*10+digit, digits+1
		case c == '-' && digits == 0 && !minus:
			minus = true
		case c == ' ' && digits > 0 && i+1 < packed:
			if minus {
				n[i] = -n[i]
			}
			i, digits, minus = i+1, 0, false
		default:
			return n, false
		}
	}
	if minus {
		n[i] = -n[i]
	}
	return n, i == packed-1 && digits > 0
}
