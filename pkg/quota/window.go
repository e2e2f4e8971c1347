package quota

import "time"

// slots is how finely a window is divided. What is sent counts until its whole slot is older than the
// span, so that a six-hundredth of the limit is left unused at most.
const slots = 600

// window sums up what was sent within the last span, and a little longer.
type window struct {
	start time.Time
	width time.Duration // of a slot
	head  int64         // number of the newest slot
	sent  [slots]int64  // by the slot's number modulo slots
	sum   int64
}

// newWindow makes the window half a percent longer than the span: calls reach the provider a little
// closer together than they were sent.
func newWindow(span time.Duration, start time.Time) *window {
	return &window{start: start, width: (span + span/200) / (slots - 1)}
}

func (w *window) slot(at time.Time) int64 { return max(0, int64(at.Sub(w.start)/w.width)) }

// advance forgets what has become too old.
func (w *window) advance(now time.Time) {
	slot := w.slot(now)
	if slot-w.head >= slots {
		w.sent, w.sum, w.head = [slots]int64{}, 0, slot
		return
	}
	for w.head < slot {
		w.head++
		w.sum -= w.sent[w.head%slots]
		w.sent[w.head%slots] = 0
	}
}

// wait tells how long it takes until n more are within the limit. A limit that is exceeded by calls that
// used more than they reserved admits again when those have left the window.
func (w *window) wait(now time.Time, n, limit int64) time.Duration {
	w.advance(now)
	sum := w.sum
	if sum <= 0 || sum+n <= limit {
		return 0
	}
	oldest := max(0, w.head-slots+1)
	for slot := oldest; slot <= w.head; slot++ {
		sum -= w.sent[slot%slots]
		if sum <= 0 || sum+n <= limit {
			end := w.start.Add(time.Duration(slot+slots) * w.width)
			return max(1, end.Sub(now))
		}
	}
	return w.width
}

func (w *window) add(now time.Time, n int64) {
	w.advance(now)
	w.sent[w.head%slots] += n
	w.sum += n
}

// correct changes what was sent at a time, if that is still in the window.
func (w *window) correct(now, at time.Time, n int64) {
	w.advance(now)
	slot := w.slot(at)
	if w.head-slot >= slots {
		return
	}
	w.sent[slot%slots] += n
	w.sum += n
}
