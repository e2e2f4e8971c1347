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

	mu      sync.Mutex  // guards the six below; held for the work on one record, never for writing
	blocks  [][]*Record // what waits, the oldest first, in blocks of batch: none is ever copied to grow
	waiting int         // records in them
	bytes   int         // of their texts
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
	go q.run()
	return q
}

func (q *queue) add(r Record) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	size := r.textBytes()
	if q.waiting >= maxWaiting || q.bytes+size > maxBytes && q.waiting > 0 {
		q.lost++
		return &DroppedError{Waiting: q.waiting, Dropped: q.lost, Err: q.lastErr}
	}
	if last := len(q.blocks) - 1; last < 0 || len(q.blocks[last]) == cap(q.blocks[last]) {
		q.blocks = append(q.blocks, make([]*Record, 0, batch))
	}
	last := &q.blocks[len(q.blocks)-1]
	*last = append(*last, &r)
	q.waiting++
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
		part := q.first()
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

// first gives the oldest block; add may go on behind it.
func (q *queue) first() []*Record {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.blocks) == 0 {
		return nil
	}
	return q.blocks[0]
}

// wrote takes what was written off the oldest block, or notes why nothing was.
func (q *queue) wrote(part []*Record, err error) {
	size := 0
	for i, r := range part {
		size += r.textBytes()
		if err == nil {
			part[i] = nil // its texts are free to go
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.lastErr = err; err != nil {
		return
	}
	q.bytes -= size
	q.waiting -= len(part)
	if rest := q.blocks[0][len(part):]; len(rest) > 0 {
		q.blocks[0] = rest
		return
	}
	q.blocks = q.blocks[1:]
	if len(q.blocks) == 0 {
		q.blocks = nil
	}
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
	lost := q.lost + q.waiting
	if lost == 0 {
		return nil
	}
	if err == nil {
		return fmt.Errorf("ledger: %d calls were not recorded: the database was not to be written when they came", lost)
	}
	return fmt.Errorf("ledger: %d calls were not recorded: %w", lost, err)
}
