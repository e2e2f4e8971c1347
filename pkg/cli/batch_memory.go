package cli

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
)

const (
	batchGC     = 400                    // percent: most of a batch's memory is garbage of calls that are over
	batchMemory = 64 << 20               // bytes, from which on the collector works harder instead
	batchRecord = 40                     // bytes that a record may take beside that
	batchRetune = 250 * time.Millisecond // between two looks
)

// batchCollector sets the garbage collector for a batch: it runs less often while there is little memory
// in use, which is worth a fifth of the processor's time, and keeps a long batch small. It gives what is
// to be told of the progress. A user who has set GOGC or GOMEMLIMIT has decided otherwise.
func batchCollector() func(batch.Progress) {
	old := debug.SetGCPercent(batchGC)
	if old != 100 || debug.SetMemoryLimit(-1) != math.MaxInt64 {
		debug.SetGCPercent(old)
		return func(batch.Progress) {}
	}
	debug.SetMemoryLimit(batchMemory)
	last := time.Duration(0)
	return func(p batch.Progress) {
		if p.Elapsed-last < batchRetune {
			return
		}
		last = p.Elapsed
		// Records may be large: what lives must stay below the limit, or the collector would work in vain.
		live := liveMemory()
		debug.SetMemoryLimit(max(batchMemory+batchRecord*int64(p.Succeeded+p.Failed), live+live/2+batchMemory/2))
	}
}

// liveMemory is how many bytes the last collection left.
func liveMemory() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int64(sample[0].Value.Uint64()) //nolint:gosec // no machine has so much
}
