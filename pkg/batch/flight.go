package batch

import (
	"context"
	"sync"
	"sync/atomic"
)

// flight is a call of a worker. While it is flying it is on the wire and may cost money; a call that
// waits, for its turn or to be tried again, can be dropped for nothing.
type flight struct{ flying atomic.Bool }

type flightKey struct{}

// flightOf finds the flight that a call belongs to; outside of a batch it is one that nobody looks at.
func flightOf(ctx context.Context) *flight {
	if f, ok := ctx.Value(flightKey{}).(*flight); ok {
		return f
	}
	return new(flight)
}

// flights are the calls under way. It is safe for concurrent use.
type flights struct {
	mu      sync.Mutex
	cancels map[*flight]context.CancelFunc // guarded by mu
	landing bool                           // no call may take off; guarded by mu
}

// begin gives a call its context; end is for when it is over. A call without a Throttle counts as flying
// from the start.
func (fs *flights) begin(ctx context.Context) (_ context.Context, end func()) {
	f := new(flight)
	f.flying.Store(true)
	ctx, cancel := context.WithCancel(context.WithValue(ctx, flightKey{}, f))
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.cancels == nil {
		fs.cancels = map[*flight]context.CancelFunc{}
	}
	fs.cancels[f] = cancel
	if fs.landing {
		cancel()
	}
	return ctx, func() {
		fs.mu.Lock()
		delete(fs.cancels, f)
		fs.mu.Unlock()
		cancel()
	}
}

// land drops all calls that wait, and lets the others finish. It tells how many those are.
func (fs *flights) land() int {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.landing = true
	left := 0
	for f, cancel := range fs.cancels {
		if f.flying.Load() {
			left++
		} else {
			cancel()
		}
	}
	return left
}
