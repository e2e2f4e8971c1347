// Package delay gives the servers of benchmarks an exact latency. time.Sleep ends up to a millisecond late, and
// lets sleepers wake in bunches that a real network does not send; at 50 ms that is more than what is measured.
//
//	line := delay.New(50 * time.Millisecond)
//	defer line.Close()
//	line.After(func() { io.WriteString(conn, answer) })
package delay

import (
	"runtime"
	"sync"
	"time"
)

// Line runs functions a fixed time after they were handed in, in order, from one goroutine with a thread of its
// own. They must be short: one that blocks holds up those behind it. It is safe for concurrent use.
type Line struct {
	latency time.Duration
	mu      sync.Mutex // held while the time is taken, so that the line is in order
	due     chan due
	done    chan struct{}
}

type due struct {
	at  time.Time
	run func()
}

// New starts a line. Nothing waits in it where latency is 0 or less.
func New(latency time.Duration) *Line {
	l := &Line{latency: latency, due: make(chan due, 1024), done: make(chan struct{})}
	go l.serve()
	return l
}

// After has f run when the latency has passed. It may not be called once Close was.
func (l *Line) After(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due <- due{time.Now().Add(l.latency), f}
}

// Wait returns when the latency has passed, and some hundredths of a millisecond for the goroutine to wake.
func (l *Line) Wait() {
	passed := make(chan struct{})
	l.After(func() { close(passed) })
	<-passed
}

// Close waits until all that was handed in has run.
func (l *Line) Close() {
	close(l.due)
	<-l.done
}

func (l *Line) serve() {
	runtime.LockOSThread()
	defer close(l.done)
	for d := range l.due {
		if left := time.Until(d.at); left > 0 {
			sleep(left)
		}
		d.run()
	}
}
