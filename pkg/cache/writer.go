package cache

import (
	"context"
	"maps"
	"sync"
	"time"
)

// writer writes entries and uses in the background, many at a time, so that no call waits for the disk. Until
// they are written, entries answer from memory. What a failing store does not take is dropped: it is a cache.
type writer struct {
	store Store
	now   func() time.Time
	fail  func(error)

	mu     sync.Mutex // guards the fields below
	added  map[string]*Entry
	used   map[string]*Use
	bytes  int64
	busy   bool // the goroutine runs
	closed bool
	idle   *sync.Cond // signalled when busy ends

	wake chan struct{} // holds one token: an entry came, or close was called
}

const (
	gather     = 10 * time.Millisecond // how long entries that come together are gathered
	gatherUses = time.Second           // the same for uses alone
	maxWaiting = 64 << 20              // bytes of answers that wait; more are not stored
	maxUses    = 10_000
)

func newWriter(store Store, now func() time.Time, fail func(error)) *writer {
	w := &writer{store: store, now: now, fail: fail, added: map[string]*Entry{}, used: map[string]*Use{}, wake: make(chan struct{}, 1)}
	w.idle = sync.NewCond(&w.mu)
	return w
}

func (w *writer) add(e Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.bytes+e.Size > maxWaiting {
		return
	}
	if old := w.added[e.Key]; old != nil {
		w.bytes -= old.Size
	}
	w.added[e.Key] = &e
	w.bytes += e.Size
	w.start()
	w.rouse()
}

func (w *writer) use(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.used[key]
	if u == nil {
		if w.closed || len(w.used) >= maxUses {
			return
		}
		u = &Use{Key: key}
		w.used[key] = u
	}
	u.At = w.now()
	u.Hits++
	w.start()
}

// waiting gives a copy of the entry that is yet to be written, or nil.
func (w *writer) waiting(key string) *Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.added[key]
	if e == nil {
		return nil
	}
	c := *e
	return &c
}

// start begins the goroutine; mu is held.
func (w *writer) start() {
	if !w.busy {
		w.busy = true
		go w.run()
	}
}

func (w *writer) rouse() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// wait lets entries and uses gather; mu is not held.
func (w *writer) wait() {
	uses := time.NewTimer(gatherUses)
	defer uses.Stop()
	select {
	case <-w.wake:
		time.Sleep(gather)
	case <-uses.C:
	}
}

// run writes until nothing waits.
func (w *writer) run() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.empty() {
		if !w.closed {
			w.mu.Unlock()
			w.wait()
			w.mu.Lock()
		}
		w.write()
	}
	w.busy = false
	w.idle.Broadcast()
}

func (w *writer) empty() bool { return len(w.added) == 0 && len(w.used) == 0 }

// write hands all that waits to the store; mu is held, but not while the store works.
func (w *writer) write() {
	var added []Entry
	var used []Use
	taken := maps.Clone(w.added)
	for _, e := range taken {
		added = append(added, *e)
	}
	for _, u := range w.used {
		used = append(used, *u)
	}
	w.used = map[string]*Use{}
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	err := w.store.Write(ctx, added, used, w.now())
	cancel()
	w.mu.Lock()
	for key, e := range taken {
		if w.added[key] == e { // and no newer one
			delete(w.added, key)
			w.bytes -= e.Size
		}
	}
	if err != nil {
		w.mu.Unlock()
		w.fail(err)
		w.mu.Lock()
	}
}

// patience is how long one write may take.
const patience = 15 * time.Second

// close writes what waits and ends the goroutine.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.rouse()
	for w.busy {
		w.idle.Wait()
	}
	return nil
}
