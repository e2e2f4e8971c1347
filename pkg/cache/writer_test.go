package cache

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a store whose writes take a while.
type slow struct{ wrote []Entry }

func (s *slow) Get(context.Context, string, time.Time) (*Entry, error) { return nil, nil }

func (s *slow) Write(_ context.Context, added []Entry, _ []Use, _ time.Time) error {
	time.Sleep(time.Second)
	s.wrote = append(s.wrote, added...)
	return nil
}

// An entry that is stored again while it waits takes its place: its bytes are counted once, and the newest is written.
func TestAnEntryStoredAgainTakesItsPlace(t *testing.T) {
	for name, pause := range map[string]time.Duration{"before it is written": 0, "while it is written": 500 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &slow{}
				at := time.Now() // a clock that is coarse
				w := newWriter(store, func() time.Time { return at }, func(err error) { t.Error(err) })
				w.add(Entry{Key: "k", Created: at, Size: 30 << 20, Prompt: "old"})
				time.Sleep(pause)
				w.add(Entry{Key: "k", Created: at, Size: 20 << 20, Prompt: "new"})
				if err := w.close(); err != nil {
					t.Fatal(err)
				}
				if w.bytes != 0 {
					t.Errorf("%d bytes are taken to wait", w.bytes)
				}
				if n := len(store.wrote); n == 0 || store.wrote[n-1].Prompt != "new" {
					t.Errorf("wrote %+v", store.wrote)
				}
			})
		})
	}
}
