package estimate

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// maxLine is the longest line of a batch file, in bytes.
const maxLine = 64 << 20

// Batch gives the calls of a batch file, a record a line: {"input"}, {"messages"}, {"vars"} with a prompt, or
// OpenAI's batch line. Lines are read by all cores, so that calls come in no order. name is the
// file's, for errors; of several mistakes the first in the file is returned.
func Batch(ctx context.Context, name string, r io.Reader, prompt string, emit Emit) error {
	b := batch{name: name, prompt: prompt, emit: emit, chunks: make(chan chunk)}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b.stop = cancel
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for c := range b.chunks {
				b.work(ctx, c)
			}
		})
	}
	lines, err := b.split(ctx, r)
	close(b.chunks)
	workers.Wait()
	switch {
	case b.err != nil:
		return b.err
	case err != nil:
		return err
	case lines == 0:
		return diag.At(name, 0, 0, "there is no record in it").WithHint(`a record is a line: {"id": "1", "input": "Hello"}`)
	}
	return nil
}

type batch struct {
	name   string
	prompt string
	emit   Emit
	chunks chan chunk
	stop   func()

	mu     sync.Mutex
	err    error // of the first line with a mistake; guarded by mu
	errAt  int   // its number; guarded by mu
	failed bool  // guarded by mu
}

// chunk is a run of whole lines.
type chunk struct {
	text []byte
	line int // number of the first
}

// chunkSize is about how much a worker takes at once, in bytes.
const chunkSize = 256 << 10

// split hands out the file in chunks, and tells how many lines have something on them.
func (b *batch) split(ctx context.Context, r io.Reader) (records int, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	next, lines := chunk{line: 1}, 0
	flush := func() bool {
		if len(next.text) == 0 {
			return true
		}
		select {
		case b.chunks <- next:
			next = chunk{line: lines + 1}
			return true
		case <-ctx.Done():
			return false
		}
	}
	for {
		start := len(next.text)
		for {
			part, err := in.ReadSlice('\n')
			next.text = append(next.text, part...)
			if len(next.text)-start > maxLine {
				return records, diag.At(b.name, lines+1, 0, "the line is longer than %d MiB", maxLine>>20)
			}
			if err == io.EOF {
				if len(bytes.TrimSpace(next.text[start:])) > 0 {
					records++
				}
				flush()
				return records, nil
			}
			if err == nil {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return records, diag.At(b.name, lines+1, 0, "cannot be read: %w", err)
			}
		}
		lines++
		if len(bytes.TrimSpace(next.text[start:])) > 0 {
			records++
		}
		if len(next.text) >= chunkSize && !flush() {
			return records, ctx.Err()
		}
	}
}

func (b *batch) work(ctx context.Context, c chunk) {
	line := c.line
	for text := range bytes.Lines(c.text) {
		if line == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			call, err := parseRecord(text, b.prompt)
			if err == nil {
				err = b.emit(ctx, call)
			}
			if err != nil {
				b.fail(line, err)
				return
			}
		}
		line++
	}
}

// fail keeps the error of the first line that has one.
func (b *batch) fail(line int, err error) {
	b.stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	if errors.Is(err, context.Canceled) && b.failed {
		return
	}
	if b.failed && line >= b.errAt {
		return
	}
	b.failed, b.errAt, b.err = true, line, err
	var user *diag.Error
	if errors.As(err, &user) && user.File == "" {
		b.err = diag.At(b.name, line, user.Column, "%w", err).WithHint("%s", diag.HintOf(err))
	}
}
