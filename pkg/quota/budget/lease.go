package budget

import (
	"context"
	"time"
)

// leases keeps the places that the calls of this process take of a Concurrency. A place is leased for Config.Slot, so
// that it is free soon after the process was killed. A timer, which runs only while such calls are under way, looks for
// leases of which a third is over, and renews them all in one step: calls that are shorter never are renewed. The next
// reservation does the same when the timer is late, as after the machine was asleep: the places of this process would
// be taken to be free. The mutex of Budgets guards it.
type leases struct {
	held    map[*Reservation]struct{}
	sought  int64 // when leases that are to be renewed were last looked for, in ms since 1970
	beating bool  // timer is set, or its func runs
	timer   *time.Timer
}

// beats is how many times within a lease the timer looks, so that a store may fail twice before a lease runs out. One
// that comes back later gets the places back, beside those that others have taken since.
const beats = 6

// lend sets the times of a request.
func (b *Budgets) lend(r *Request, now time.Time) {
	r.Now, r.Until = now, now.Add(b.cfg.Lease)
	if r.Lease = r.Until; r.renews {
		r.Until = now.Add(max(b.cfg.Lease, b.cfg.Slot))
		r.Lease = now.Add(b.cfg.Slot)
	}
}

// hold remembers a reservation whose lease is to be renewed.
func (b *Budgets) hold(res *Reservation, r *Request) {
	if !r.renews {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held == nil {
		b.held = map[*Reservation]struct{}{}
	}
	res.renewed = r.Now.UnixMilli()
	b.held[res] = struct{}{}
	if b.beating || b.closed {
		return
	}
	b.beating = true
	if b.sought = res.renewed; b.timer == nil {
		b.timer = time.AfterFunc(b.cfg.Slot/beats, b.beat)
	} else {
		b.timer.Reset(b.cfg.Slot / beats)
	}
}

// release forgets a reservation; mu is held.
func (b *Budgets) release(r *Reservation) {
	if r.renewed != 0 {
		delete(b.held, r)
	}
}

// parted remembers the parts of a reservation in its stead; mu is held.
func (b *Budgets) parted(r *Reservation, parts ...*Reservation) {
	if _, ok := b.held[r]; !ok {
		return
	}
	b.release(r)
	for _, p := range parts {
		if p != nil {
			p.renewed = r.renewed
			b.held[p] = struct{}{}
		}
	}
}

// due gives the leases that are to be renewed, and takes them to be. It goes by the clock on the wall, for the other one
// stands still while the machine is asleep.
func (b *Budgets) due(now time.Time) []Renewal {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, slot := now.UnixMilli(), b.cfg.Slot.Milliseconds()
	if age := at - b.sought; len(b.held) == 0 || -slot/beats/2 < age && age < slot/beats/2 {
		return nil
	}
	b.sought = at
	var out []Renewal
	index := map[Scope]int{}
	for r := range b.held {
		if age := at - r.renewed; 0 <= age && age < slot/3 {
			continue
		}
		r.renewed = at
		for _, s := range r.scopes {
			i, ok := index[s]
			if !ok {
				i, index[s] = len(out), len(out)
				out = append(out, Renewal{Scope: s, Lease: now.Add(b.cfg.Slot)})
			}
			out[i].IDs = append(out[i].IDs, r.id)
		}
	}
	return out
}

// notRenewed is for leases that the store failed to renew: all are due again.
func (b *Budgets) notRenewed(failed []Renewal) {
	if len(failed) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for r := range b.held {
		r.renewed = 1
	}
}

// beat is the timer's func.
func (b *Budgets) beat() {
	b.renew(b.cfg.Now())
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.held) == 0 {
		b.beating = false
		b.idle.Broadcast()
		return
	}
	b.timer.Reset(b.cfg.Slot / beats)
}

func (b *Budgets) renew(now time.Time) {
	renewed := b.due(now)
	if len(renewed) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), b.cfg.Slot/beats/2)
	defer cancel()
	if _, err := b.cfg.Store.Reserve(ctx, Request{Now: now, Renewed: renewed}); err != nil {
		b.notRenewed(renewed) // the next beat tries again, and what the call took is reported if it is lost
	}
}

// renew puts off the end of the leases. A call under way for longer than anybody thought gets its reservation back, too.
func (s *State) renew(n Renewal) {
	ids, lease := make(map[string]bool, len(n.IDs)), n.Lease.UnixMilli()
	for _, id := range n.IDs {
		ids[id] = true
	}
	for i := range s.held {
		if h := &s.held[i]; ids[h.id] {
			h.lease, h.until = lease, max(h.until, lease)
		}
	}
}
