package tokens

import "slices"

// longPiece counts the tokens of a piece that arrives in parts and may have any length, in constant
// memory and linear time. The piece is merged in windows. The tokens of a window but for its last
// windowTail bytes are counted, and the next window begins with the first token that is not.
//
// That is exact when the next window's merge begins with the very same token: every two neighbours,
// those across the seam included, are then the encoding of theirs, and so the whole list is the encoding
// of the whole text (see merger.merge). What the end of a window does to its tokens reaches back some
// tokens, not many; windowTail is eight times the longest token. Should a seam not hold, the two windows
// are merged as one.
type longPiece struct {
	buf   []byte
	first int32 // the end of the token that buf must begin with, 0 for none
	done  int   // tokens before buf

	past      []byte // the window before buf
	pastFirst int32
	pastDone  int

	// doubtful is set where a seam didn't hold even then. It was never seen: the end of a window changed
	// tokens up to 79 bytes before it in thousands of random ones. A text in memory is then merged at
	// once, and the count of a reader is labelled an estimate.
	doubtful bool
}

const (
	windowSize = 4 << 10
	windowTail = 1 << 10
)

func (w *longPiece) reset() {
	*w = longPiece{buf: w.buf[:0], past: w.past[:0]}
}

// add goes on with the piece.
func (w *longPiece) add(t *ranks, m *merger, p []byte) {
	for len(p) > 0 {
		n := min(len(p), max(windowSize-len(w.buf), 1))
		w.buf = append(w.buf, p[:n]...)
		p = p[n:]
		if len(w.buf) >= windowSize && len(p) > 0 {
			w.settle(t, m)
		}
	}
}

// total is the number of tokens if the piece ends here. More may be added all the same.
func (w *longPiece) total(t *ranks, m *merger) int {
	if len(w.buf) == 0 {
		return w.done
	}
	if w.done == 0 && t.has(w.buf, 0, len(w.buf)) {
		return 1
	}
	tokens := w.merge(t, m) // may change w.done
	return w.done + len(tokens)
}

// settle counts the tokens of the window that lie before its tail, and drops their bytes.
func (w *longPiece) settle(t *ranks, m *merger) {
	tokens := w.merge(t, m)
	keep := len(tokens) - 1
	for keep > 0 && len(w.buf)-int(tokens[keep-1].end) < windowTail {
		keep--
	}
	if keep == 0 {
		return // one token of the whole window: there is none so long, but wait for more
	}
	start := tokens[keep-1].end
	w.past = append(w.past[:0], w.buf[:start]...)
	w.pastFirst, w.pastDone = w.first, w.done
	w.first, w.done = tokens[keep].end-start, w.done+keep
	w.buf = w.buf[:copy(w.buf, w.buf[start:])]
}

// merge encodes the window, and joins it with the one before where the seam doesn't hold.
func (w *longPiece) merge(t *ranks, m *merger) []token {
	tokens := m.merge(t, w.buf, len(w.buf))
	if w.first == 0 || tokens[0].end == w.first {
		return tokens
	}
	w.buf = slices.Concat(w.past, w.buf)
	w.past = w.past[:0]
	w.first, w.done = w.pastFirst, w.pastDone
	tokens = m.merge(t, w.buf, len(w.buf))
	if w.first != 0 && tokens[0].end != w.first {
		w.doubtful = true
	}
	w.first = 0
	return tokens
}
