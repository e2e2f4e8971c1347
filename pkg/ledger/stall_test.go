package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// stall holds the database's write lock, as a writer that hangs does, until it is released.
func stall(t testing.TB, db *sqlite.DB) (release func()) {
	t.Helper()
	held, free, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- db.Write(context.Background(), func(*sql.Tx) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	return func() {
		close(free)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// While the database stalls calls go on, up to the bound of the queue; what finds it full is counted and
// told, and all that was taken is written once the database is back.
func TestAStalledDatabase(t *testing.T) {
	db := database(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	l, err := ledger.Open(t.Context(), db, ledger.Options{Texts: ledger.TextsFull})
	if err != nil {
		t.Fatal(err)
	}
	release := stall(t, db)
	big := []llm.Part{{Text: strings.Repeat("x", 1<<20)}} // shared: a quarter of a gigabyte only by the queue's count
	taken, dropped := 0, 0
	for i := range 300 {
		err := l.Append(t.Context(), ledger.Record{TraceID: fmt.Sprint("t", i), Time: start, Status: ledger.OK, Output: big})
		var d *ledger.DroppedError
		switch {
		case err == nil:
			taken++
		case errors.As(err, &d):
			if dropped++; d.Dropped != dropped || d.Waiting != taken {
				t.Errorf("%+v after %d taken and %d dropped", d, taken, dropped)
			}
		default:
			t.Fatal(err)
		}
	}
	if taken != 256 || dropped != 44 {
		t.Errorf("%d taken and %d dropped", taken, dropped)
	}
	release()
	if err := l.Close(); err == nil || !strings.Contains(err.Error(), "44 calls were not recorded") {
		t.Error(err)
	}
	var written int
	if err := db.QueryRow(`SELECT count(*) FROM calls`).Scan(&written); err != nil || written != taken {
		t.Errorf("%d written of %d taken: %v", written, taken, err)
	}
}

// BenchmarkAppendStalled is the slowest Append while nothing can be written and the queue fills up, and how many took
// over a millisecond, beside the same of a copy into memory that is there already: whatever stops that one too, the
// collector's pauses and a machine that runs something else, is not Append's. Paced, up to 20,000 calls come in a
// second, at full speed half a million.
func BenchmarkAppendStalled(b *testing.B) {
	b.Run("paced", func(b *testing.B) { benchmarkStalled(b, 20) })
	b.Run("full speed", func(b *testing.B) { benchmarkStalled(b, 0) })
}

func benchmarkStalled(b *testing.B, aMillisecond int) {
	db := database(b)
	l, err := ledger.Open(b.Context(), db, ledger.Options{})
	if err != nil {
		b.Fatal(err)
	}
	release := stall(b, db)
	r := whole()
	var floor floor
	runtime.GC() // and no other work of the preparation
	var appends, copies slowest
	b.ResetTimer()
	for i := range b.N {
		r.TraceID = fmt.Sprint(i)
		appends.time(func() { _ = l.Append(b.Context(), r) }) // above the bound it is dropped
		copies.time(func() { floor.keep(&r) })
		if aMillisecond > 0 && i%aMillisecond == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	b.StopTimer()
	appends.report(b, "append")
	copies.report(b, "copy")
	release()
	_ = l.Close()
}

// floor keeps a few records under a lock.
type floor struct {
	mu   sync.Mutex
	n    int
	kept [64]ledger.Record
}

func (f *floor) keep(r *ledger.Record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	f.kept[f.n%len(f.kept)] = *r
}

// slowest is the longest of many times, and how many of them were over a millisecond.
type slowest struct {
	longest time.Duration
	over    int
}

func (s *slowest) time(do func()) {
	before := time.Now()
	do()
	took := time.Since(before)
	if s.longest = max(s.longest, took); took > time.Millisecond {
		s.over++
	}
}

func (s *slowest) report(b *testing.B, what string) {
	b.ReportMetric(float64(s.longest.Microseconds()), "max-µs/"+what)
	b.ReportMetric(float64(s.over), "over-1ms/"+what)
}

// What is appended allocates nothing but a block for 64 records, which is made elsewhere: whoever allocates may have to
// help the garbage collector for milliseconds.
func TestAppendAllocatesNothing(t *testing.T) {
	db := database(t)
	l, err := ledger.Open(t.Context(), db, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	release := stall(t, db) // so that no goroutine allocates to write
	r, ids := whole(), make([]string, 5000)
	for i := range ids {
		ids[i] = fmt.Sprint("t", i)
	}
	n := 0
	allocated := testing.AllocsPerRun(len(ids)-1, func() {
		r.TraceID = ids[n]
		n++
		if err := l.Append(t.Context(), r); err != nil {
			t.Error(err)
		}
	})
	release()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var written int
	if err := db.QueryRow(`SELECT count(DISTINCT trace_id) FROM calls`).Scan(&written); err != nil || written != len(ids) {
		t.Errorf("%d written of %d: %v", written, len(ids), err)
	}
	if allocated != 0 {
		t.Errorf("%v allocations a record", allocated)
	}
}
