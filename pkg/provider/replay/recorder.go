package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Recorder writes answers into a recording, from which Open gives them back whole. Each answer is one
// write of one line, so that a killed process loses at most the answer in flight. It is safe for
// concurrent use; whoever made it closes it. While it is open no other Recorder, of this process or another, is on
// the same file.
//
// Answers and the errors that belong to a request (too long, filtered, truncated, malformed) are
// recorded. What went wrong around it (no key, no connection, rate limits, a canceled call) is not: the
// next run asks again. Nor is what another model answered in place of the one that was asked: replayed, it would
// pass for that one's. Put the Recorder around retry, so that it sees final outcomes.
type Recorder struct {
	path   string
	header Header
	redact func(string) string

	mu       sync.Mutex
	f        *jsonlines.File
	created  bool             // the file was not there before
	empty    bool             // nothing is written yet, not even the header
	taken    map[identity]int // the next free repeat of each case and request
	repaired int64
	err      error // the first failed write
}

// identity is what two answers of a recording may not have in common along with the repeat.
type identity struct{ cas, request string }

// NewRecorder opens the recording at path for more answers and creates it (0600, with its directory)
// where it is missing. The header goes into a new file; an existing one must have the same Sample. A last
// line that was cut off is removed. redact takes secrets out of every text; nil leaves texts as they are.
func NewRecorder(path string, h Header, redact func(string) string) (*Recorder, error) {
	if redact == nil {
		redact = func(s string) string { return s }
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, unreadable(path, err)
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, diag.At(path, 0, 0, "is not a regular file")
	}
	r := &Recorder{path: path, header: h, redact: redact, taken: map[identity]int{}, created: err != nil}
	if r.f, err = lockedFile(path); err != nil {
		return nil, err
	}
	if err := r.resume(); err != nil {
		_ = r.f.Close()
		return nil, err
	}
	return r, nil
}

// lockedFile opens the file for this Recorder alone: two would give their answers the same numbers.
func lockedFile(path string) (*jsonlines.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unreadable(path, err)
	}
	_ = f.Close() // made for its permissions only
	locked, err := jsonlines.OpenFile(path)
	if errors.Is(err, jsonlines.ErrLocked) {
		return nil, diag.At(path, 0, 0, "%w", jsonlines.ErrLocked).WithHint("wait for its end, or record into another file")
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	return locked, nil
}

// resume learns what the recording holds and mends its end: a last line that was cut off is removed, one
// that is whole and lacks only its end gets one.
func (r *Recorder) resume() error {
	have, err := openFile(r.path, true)
	if err != nil {
		return err
	}
	defer func() { _ = have.close() }()
	if err := have.header.compatible(r.path, r.header); err != nil {
		return err
	}
	r.empty = len(have.items) == 0 && have.header.IsZero()
	for i := range have.items {
		e, err := have.read(&have.items[i])
		if err != nil {
			return err
		}
		id := identity{e.Case, e.Request}
		r.taken[id] = max(r.taken[id], e.Repeat+1, 1)
	}
	return r.mend(have)
}

func (r *Recorder) mend(have *file) error {
	if have.torn < 0 {
		return r.f.EndLine()
	}
	var err error
	r.repaired, err = r.f.Repair()
	return err
}

// Repaired is how many bytes of a cut-off last line were removed from the file; the user should be told.
func (r *Recorder) Repaired() int64 { return r.repaired }

// Middleware records every answer of the model it is put around. A failed write does not fail the call:
// it comes out of Err and Close.
func (r *Recorder) Middleware() llm.Middleware {
	return func(next llm.Model) llm.Model {
		return llm.ModelFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
			resp, err := next.Generate(ctx, req)
			_ = r.Record(req, resp, err) // kept in r.err
			return resp, err
		})
	}
}

// Record writes what Generate returned for req, when it is an answer. One that the recording has already
// (same case, request and repeat) is written under the next free repeat, so that nothing is lost and the
// file stays one that Open accepts.
func (r *Recorder) Record(req *llm.Request, resp *llm.Response, failure error) error {
	if !isAnswer(resp, failure) {
		return nil
	}
	l := newLine(req, resp, failure, r.redact)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.write(l); err != nil {
		err = fmt.Errorf("recording %s: %w", r.path, err)
		if r.err == nil {
			r.err = err
		}
		return err
	}
	return nil
}

// write appends a line, behind the header when it is the first. r.mu is held.
func (r *Recorder) write(l *line) error {
	id := identity{l.Case, l.Request}
	next, known := r.taken[id]
	l.number(next, known)
	b, err := l.encode(r.redact)
	if err != nil {
		return err
	}
	if r.empty && !r.header.IsZero() {
		head, err := encode(map[string]Header{"recording": r.header}, r.redact)
		if err != nil {
			return err
		}
		b = append(head, b...)
	}
	if err := r.f.AppendLine(bytes.TrimSuffix(b, []byte("\n"))); err != nil { // whole, or nothing on a full disk
		return err
	}
	r.empty = false
	r.taken[id] = max(next, l.repeat()+1)
	return nil
}

// Err is the first write that failed, or nil.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close closes the file and returns the first error of any write. A file in which nothing was recorded
// is removed.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	size := r.f.Size()
	err := r.f.Close()
	if r.created && size == 0 {
		err = errors.Join(err, os.Remove(r.path))
	}
	return errors.Join(r.err, err)
}

// isAnswer tells what is worth a line.
func isAnswer(resp *llm.Response, failure error) bool {
	if failure == nil {
		return resp != nil && !resp.Substitute && !resp.Static
	}
	var e *llm.Error
	if !errors.As(failure, &e) || errors.Is(failure, context.Canceled) {
		return false
	}
	switch e.Kind {
	case llm.KindInvalid, llm.KindContextWindow, llm.KindContentFilter, llm.KindTruncated,
		llm.KindMalformed, llm.KindEmpty, llm.KindTooLarge:
		return true
	}
	return resp != nil && len(resp.Parts) > 0
}
