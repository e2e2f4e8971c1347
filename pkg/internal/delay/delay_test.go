package delay

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// What is handed in runs in order, never early, and all of it before Close returns.
func TestLine(t *testing.T) {
	const latency = 20 * time.Millisecond
	line := New(latency)
	var (
		mu   sync.Mutex
		ran  []int
		soon int
	)
	for i := range 200 {
		began := time.Now()
		line.After(func() {
			mu.Lock()
			defer mu.Unlock()
			ran = append(ran, i)
			if time.Since(began) < latency {
				soon++
			}
		})
	}
	line.Wait()
	line.Close()
	if len(ran) != 200 || !slices.IsSorted(ran) || soon > 0 {
		t.Errorf("%d ran, %d of them early: %v", len(ran), soon, ran)
	}
}
