package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// stall holds the database's write lock, as a writer that hangs does, until it is released.
func stall(t *testing.T, db *sqlite.DB) (release func()) {
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

// BenchmarkAppendStalled is the slowest Append while nothing can be written and the queue fills up, beside the longest
// that nothing at all took: on a machine that does other work too, a goroutine that is not run for a while is most of it.
// Paced, up to 20,000 calls come in a second, at full speed half a million. Append waits neither for a lock that is held
// while something is written nor for a list that grows: what is left above is the garbage collector, which has whoever
// allocates help while it runs, and is gone with GOGC=off.
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
	held, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = db.Write(context.Background(), func(*sql.Tx) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	r := whole()
	runtime.GC() // and no other work of the preparation
	var slowest, nothing time.Duration
	b.ResetTimer()
	for i := range b.N {
		r.TraceID = fmt.Sprint(i)
		before := time.Now()
		_ = l.Append(b.Context(), r) // above the bound it is dropped
		slowest = max(slowest, time.Since(before))
		before = time.Now()
		for fmt.Sprint(i) == "" { // about as long
		}
		nothing = max(nothing, time.Since(before))
		if aMillisecond > 0 && i%aMillisecond == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(slowest.Microseconds()), "max-µs/append")
	b.ReportMetric(float64(nothing.Microseconds()), "max-µs/nothing")
	close(free)
	_ = l.Close()
}
