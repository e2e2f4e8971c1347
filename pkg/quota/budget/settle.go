package budget

import (
	"context"
	"slices"
	"time"
)

// Settle tells what the call took: the zero Use when nothing was asked. It may be called once; it does not wait for
// the store, which the next reservation of this process takes it to, or a goroutine soon.
func (r *Reservation) Settle(u Use) {
	if r == nil {
		return
	}
	r.b.settle(r, u)
}

// Split parts a reservation into what holds of the scopes and what holds of its others, each to be settled for itself.
// The reservation is not to be used any more.
func (r *Reservation) Split(scopes []Scope) (of, others *Reservation) {
	if r == nil {
		return nil, nil
	}
	r.b.mu.Lock() // a renewal may read the scopes
	defer r.b.mu.Unlock()
	n := 0 // those of the scopes come first
	for i, s := range r.scopes {
		if slices.Contains(scopes, s) {
			r.scopes[i], r.scopes[n] = r.scopes[n], s
			n++
		}
	}
	if n > 0 {
		of = &Reservation{b: r.b, id: r.id, scopes: r.scopes[:n:n]}
	}
	if n < len(r.scopes) {
		others = &Reservation{b: r.b, id: r.id, scopes: r.scopes[n:]}
	}
	r.b.parted(r, of, others)
	return of, others
}

// gather is how long settlements wait for a reservation that takes them along.
const gather = 20 * time.Millisecond

func (b *Budgets) settle(r *Reservation, u Use) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.done {
		return
	}
	r.done = true
	b.release(r)
	b.settled = append(b.settled, Settlement{r.id, r.scopes, u})
	b.wake()
}

// wake has a goroutine write what waits; mu is held.
func (b *Budgets) wake() {
	if !b.writing && len(b.settled) > 0 {
		b.writing = true
		go b.write()
	}
}

func (b *Budgets) take() []Settlement {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.settled
	b.settled = nil
	return s
}

// putBack is for settlements that may not have reached the store; one that comes twice counts once.
func (b *Budgets) putBack(s []Settlement) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settled = append(s, b.settled...)
	b.wake()
}

// write is the goroutine that takes settlements to the store.
func (b *Budgets) write() {
	b.mu.Lock()
	closed := b.closed
	b.mu.Unlock()
	if !closed {
		time.Sleep(gather)
	}
	if s := b.take(); len(s) > 0 {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		if err := b.cfg.Store.Settle(ctx, s...); err != nil {
			b.cfg.Report(err) // what they had reserved stays charged in full
		}
		cancel()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.writing = len(b.settled) > 0; b.writing {
		go b.write()
		return
	}
	b.idle.Broadcast()
}

// Close writes what waits, and renews nothing any more. The Store stays open.
func (b *Budgets) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.beating && b.timer.Stop() {
		b.beating = false
	}
	for b.writing || b.beating {
		b.idle.Wait()
	}
	return nil
}
