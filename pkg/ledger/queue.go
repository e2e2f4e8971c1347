package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// queue holds records until its goroutine has written them.
type queue struct {
	write  func(context.Context, []*Record) (int, error) // tells how many of the first were written
	report func(error)

	mu      sync.Mutex // guards the five below; held for the work on one record, or to put a batch away, never for writing
	waiting backlog
	bytes   int // of its texts
	lost    int
	lastErr error
	closed  bool

	wake    chan struct{}   // something waits
	flushes chan chan error // asks to write now
	stop    chan struct{}   // closed by close
	done    chan struct{}   // closed when the goroutine has ended
}

const (
	linger     = 10 * time.Millisecond // how long records gather, so that a busy process makes few transactions
	busyLinger = 5 * linger            // the same where busy of them came in that time: a transaction costs as much as many records
	busy       = 30
	batch      = 1000            // records in a transaction
	maxWaiting = 200_000         // records held while the disk fails
	maxBytes   = 256 << 20       // of texts held while the disk fails
	maxPause   = 5 * time.Second // between attempts on a failing disk
)

func newQueue(write func(context.Context, []*Record) (int, error), report func(error)) *queue {
	q := &queue{
		write: write, report: report, wake: make(chan struct{}, 1),
		flushes: make(chan chan error), stop: make(chan struct{}), done: make(chan struct{}),
	}
	q.waiting.spares = newSpares(q.stop)
	go q.run()
	return q
}

func (q *queue) add(r *Record) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	size := r.textBytes()
	if q.waiting.n >= maxWaiting || q.bytes+size > maxBytes && q.waiting.n > 0 {
		q.lost++
		return &DroppedError{Waiting: q.waiting.n, Dropped: q.lost, Err: q.lastErr}
	}
	q.waiting.add(r)
	q.bytes += size
	select {
	case q.wake <- struct{}{}:
	default: // it is awake
	}
	return nil
}

// DroppedError is what Append fails with when the queue is full: the call goes on, and is not recorded.
type DroppedError struct {
	Waiting int   // calls that wait to be written
	Dropped int   // calls that found the queue full so far, this one included
	Err     error // why the last attempt to write failed; nil while the first is under way
}

func (e *DroppedError) Error() string {
	text := fmt.Sprintf("ledger: %d calls wait to be written, and %d were not recorded", e.Waiting, e.Dropped)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives Err.
func (e *DroppedError) Unwrap() error { return e.Err }

// run is the goroutine that writes. A failed batch goes back and is tried again after a pause.
func (q *queue) run() {
	defer close(q.done)
	pause := linger
	for {
		select {
		case <-q.wake:
		case reply := <-q.flushes:
			_, err := q.drain()
			reply <- err
			continue
		case <-q.stop:
			return
		}
		t := time.NewTimer(pause)
		var reply chan error
		select {
		case <-t.C:
		case reply = <-q.flushes:
		case <-q.stop:
			t.Stop()
			return
		}
		t.Stop()
		n, err := q.drain()
		pause = q.next(pause, n, err)
		if reply != nil {
			reply <- err
		}
	}
}

// next is how long to wait before the next attempt. After a failure the goroutine wakes itself.
func (q *queue) next(pause time.Duration, written int, err error) time.Duration {
	if err == nil && written >= busy {
		return busyLinger
	}
	if err == nil {
		return linger
	}
	if pause <= busyLinger {
		q.report(err) // once in a row of failures
		pause = busyLinger
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return min(2*pause, maxPause)
}

// drain writes all that waits, batch by batch, until it is done or fails, and tells how many were written.
func (q *queue) drain() (written int, _ error) {
	for {
		part := q.oldest()
		if len(part) == 0 {
			return written, nil
		}
		n, err := q.write(context.Background(), part)
		var skipped *skippedError
		if errors.As(err, &skipped) {
			q.report(err)
			err = nil
		}
		q.wrote(part[:n], err)
		if err != nil {
			return written, err
		}
		written += n
	}
}

// oldest gives what is to be written next; add may go on behind it.
func (q *queue) oldest() []*Record {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting.oldest(make([]*Record, 0, min(q.waiting.n, batch)))
}

// wrote takes away what was written, or notes why nothing was.
func (q *queue) wrote(part []*Record, err error) {
	size := 0
	for _, r := range part {
		if size += r.textBytes(); err == nil {
			*r = Record{} // what it held is free to go, and its place to be used again
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.lastErr = err; err != nil {
		return
	}
	q.bytes -= size
	q.waiting.drop(len(part))
}

func (q *queue) flush(ctx context.Context) error {
	reply := make(chan error, 1)
	select {
	case q.flushes <- reply:
	case <-q.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-reply:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *queue) close() error {
	q.mu.Lock()
	again := q.closed
	q.closed = true
	q.mu.Unlock()
	if again {
		<-q.done
		return nil
	}
	close(q.stop)
	<-q.done
	_, err := q.drain()
	lost := q.lost + q.waiting.n
	if lost == 0 {
		return nil
	}
	if err == nil {
		return fmt.Errorf("ledger: %d calls were not recorded: the database was not to be written when they came", lost)
	}
	return fmt.Errorf("ledger: %d calls were not recorded: %w", lost, err)
}
