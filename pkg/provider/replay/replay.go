// Package replay answers from recorded responses, with their recorded usage and timing: for tests, demos
// and evals that need no key, no network and no money.
//
// A recording is a file of JSON Lines, one answer a line, after an optional header that says where the
// answers came from:
//
//	{"recording": {"source": "gpt-4o, run of 2025-03-01", "model": "openai/gpt-4o-2024-08-06", "sample": false}}
//	{"case": "refund-01", "output": "…", "usage": {"input_tokens": 61, "output_tokens": 120}, "latency_ms": 850}
//	{"request": "<sha256 of the request>", "output": "…"}
//
// A line may also have repeat, finish_reason, model, id, attempts, ttft_ms, parts (tool calls, reasoning),
// incomplete and error, as the Recorder writes them. Start with Open to answer from a file, and
// with NewRecorder to write one:
//
//	m, err := replay.Open("recordings/gpt-4o.jsonl", replay.Options{})
//	resp, err := m.Generate(ctx, &llm.Request{Case: "refund-01", Messages: messages})
package replay

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Model answers from one recording. It implements llm.Model and is safe for concurrent use.
type Model struct {
	file *file
	opts Options

	byRequest, byCase, drifted atomic.Int64
}

// Options change how answers are given. The zero value answers at once.
type Options struct {
	// Pace is how much of the recorded latency is waited for: 0 none, 1 all of it, 0.1 a tenth.
	Pace float64
	// Sleep waits, or returns ctx's error; nil means a timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Open reads a recording once, checks every line and remembers where each answer lies. A large file stays
// on disk: about 50 bytes a line are held. A mistake in the file is a *diag.Error with line and column.
func Open(path string, opts Options) (*Model, error) {
	f, err := openFile(path, false)
	if err != nil {
		return nil, err
	}
	if opts.Sleep == nil {
		opts.Sleep = sleep
	}
	return &Model{file: f, opts: opts}, nil
}

// Header tells where the answers came from; its zero value means that the recording does not say.
func (m *Model) Header() Header { return m.file.header }

// Len is the number of recorded answers.
func (m *Model) Len() int { return len(m.file.items) }

// Close lets go of the file. Calls after it fail.
func (m *Model) Close() error { return m.file.close() }

// Stats counts the answers given so far by how they were found.
type Stats struct {
	ByRequest int64 // recorded for this very request
	ByCase    int64 // found by the case alone
	// Drifted is the part of ByCase whose recording names another request: the prompt, a parameter or
	// the case has changed since, and the answer belongs to what it was then.
	Drifted int64
}

// Stats counts the answers given so far.
func (m *Model) Stats() Stats {
	return Stats{m.byRequest.Load(), m.byCase.Load(), m.drifted.Load()}
}

// Generate gives the answer recorded for the request: the one with its hash, else the one of its case and
// repeat, else the one of its case. Without one it fails with a *diag.Error that names the nearest cases.
// An answer recorded as incomplete comes back with llm.ErrTruncated, a recorded error as that error.
//
// Usage and timing are the recorded ones; what was not recorded is nil or 0.
func (m *Model) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e, err := m.find(req)
	if err != nil {
		return nil, err
	}
	resp, failure, err := e.answer()
	if err != nil {
		return nil, diag.At(m.file.path, e.line, 0, "%w", err)
	}
	if resp == nil {
		return nil, failure
	}
	if partial, err := m.stream(ctx, resp, req.OnDelta); err != nil {
		return partial, err
	}
	return resp, failure
}

func (m *Model) find(req *llm.Request) (*entry, error) {
	var hash string // worth its time only where it is looked for
	if len(m.file.byRequest) > 0 || req.Case == "" {
		hash = req.Hash()
	}
	e, err := m.file.lookup(hash, req.Case, req.Repeat)
	if err != nil {
		return nil, err
	}
	switch e.Request {
	case "":
		m.byCase.Add(1)
	case hash:
		m.byRequest.Add(1)
	default:
		m.byCase.Add(1)
		m.drifted.Add(1)
	}
	return e, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
