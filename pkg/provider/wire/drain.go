package wire

import (
	"context"
	"io"
	"time"
)

// What is drained after the terminal marker: enough for the end of a chunked body, and little enough
// that a server which keeps the socket open costs nothing.
const (
	drainBytes = 64 << 10
	drainTime  = 250 * time.Millisecond
	// closeWait is how long Close waits for the drain, so that a caller who asks again at once finds the
	// connection free. An ordinary server has sent everything by then.
	closeWait = 5 * time.Millisecond
)

// drain reads the rest of the body in the background, then lets go of the connection.
func (s *stream) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.drained != nil {
		return
	}
	s.drained = make(chan struct{})
	go func(done chan<- struct{}) {
		defer close(done)
		timer := time.AfterFunc(drainTime, func() { s.x.cancel(errDrained) })
		defer timer.Stop()
		_, _ = io.CopyN(io.Discard, s.x, drainBytes)
		_ = s.x.end(nil)
	}(s.drained)
}

// Close implements io.Closer. It is safe while another goroutine reads, whose Read then fails.
func (s *stream) Close() error {
	s.mu.Lock()
	done, again := s.drained, s.closed
	s.closed = true
	s.mu.Unlock()
	switch {
	case again:
	case done == nil:
		s.x.cancel(context.Canceled) // first, so that a waiting Read lets go of the body
		_ = s.x.end(nil)
	default:
		select {
		case <-done:
		case <-time.After(closeWait):
		}
	}
	return nil
}
