package cli

import (
	"math"
	"runtime/debug"

	"github.com/llmops-toolkit/llmops/pkg/batch"
)

const (
	batchGC     = 400      // percent: most of a batch's memory is garbage of calls that are over
	batchMemory = 64 << 20 // bytes, from which on the collector works harder instead
	batchRecord = 40       // bytes that a record may take beside that, so that it never works in vain
	batchRetune = 1 << 16  // records between two looks
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
	next := batchRetune
	return func(p batch.Progress) {
		if n := p.Succeeded + p.Failed; n >= next {
			next = n + batchRetune
			debug.SetMemoryLimit(batchMemory + batchRecord*int64(n))
		}
	}
}
