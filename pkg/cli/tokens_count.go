package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// counting counts texts, by the counter or by asking a provider.
type counting struct {
	c   *tokens.Counter
	ask countModel // nil: nobody is asked
}

// counted is the count of one file; path is "-" for standard input.
type counted struct {
	path string
	tokens.Result
}

// errBinary tells that a text is none.
var errBinary = errors.New("binary file")

// sniffed is how many bytes of a file are looked at for a zero byte, by which git, too, knows binary files.
const sniffed = 8000

// reader counts what r gives.
func (n *counting) reader(ctx context.Context, r io.Reader) (tokens.Result, error) {
	head := make([]byte, sniffed)
	size, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return tokens.Result{}, err
	}
	head = head[:size]
	if bytes.IndexByte(head, 0) >= 0 {
		return tokens.Result{}, errBinary
	}
	if n.ask == nil && err != nil { // all of it is here
		return n.c.MeasureBytes(head), nil
	}
	whole := io.MultiReader(bytes.NewReader(head), r)
	if n.ask == nil {
		return n.c.CountReader(whole)
	}
	return n.exactly(ctx, whole)
}

// exactly asks the provider. What it counts is a message of this text.
func (n *counting) exactly(ctx context.Context, r io.Reader) (tokens.Result, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return tokens.Result{}, err
	}
	if len(data) > maxInput {
		return tokens.Result{}, diag.Errorf("the text is larger than %d MiB, too large to send", maxInput>>20)
	}
	found := n.c.MeasureBytes(data)
	count, err := n.ask(ctx, &llm.Request{Messages: []llm.Message{llm.Text(llm.RoleUser, string(data))}})
	found.Tokens, found.Low, found.High, found.Estimated = count, count, count, false
	return found, err
}

// file counts a file. A directory is not one.
func (n *counting) file(ctx context.Context, path string) (tokens.Result, error) {
	f, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return tokens.Result{}, err
	}
	defer f.Close() //nolint:errcheck // only read from
	return n.reader(ctx, f)
}

// countAll counts standard input or the named files, and says on standard error what it left out. With an
// error the counts are there, too, where only some files could not be read.
func (e *env) countAll(ctx context.Context, n *counting, args []string) ([]counted, error) {
	if len(args) == 0 {
		if e.in == nil || e.inTTY {
			return nil, diag.Errorf("there is nothing to count").WithHint("name a file, or pipe text in: llmops tokens README.md")
		}
		args = []string{"-"}
	}
	files, err := e.expand(args)
	if err != nil {
		return nil, err
	}
	t := tallying{e: e, n: n, read: map[string]bool{}}
	for _, f := range files {
		if err := t.count(ctx, f); err != nil {
			return nil, err
		}
	}
	if t.skipped > 0 {
		e.info("%s skipped", plural(t.skipped, "binary file"))
	}
	if len(t.found) == 0 {
		return nil, diag.Errorf("nothing was counted: there is no readable text file").WithHint("what .gitignore leaves out is not counted in a directory")
	}
	if t.failed > 0 {
		err = &codedError{exitItems, fmt.Errorf("%s could not be read", plural(t.failed, "file"))}
	}
	return t.found, err
}

// tallying goes through files and keeps what came of each.
type tallying struct {
	e       *env
	n       *counting
	found   []counted
	read    map[string]bool
	skipped int // binary files
	failed  int // files of directories that could not be read
}

func (t *tallying) count(ctx context.Context, f textFile) error {
	if t.read[f.path] { // named twice, or by two globs
		return nil
	}
	t.read[f.path] = true
	r, err := wait(t.e.done, f.shown(), func() (tokens.Result, error) {
		if f.path == "-" {
			return t.n.reader(ctx, t.e.in)
		}
		return t.n.file(ctx, f.path)
	})
	var path *os.PathError
	switch {
	case err == nil:
	case errors.Is(err, errBinary):
		t.skipped++
		if f.named {
			t.e.notice("%s: skipped: it is a binary file", f.shown())
		}
		return nil
	case errors.As(err, &path) && !f.named:
		t.failed++
		t.e.notice("warning: %v", err)
		return nil
	case errors.As(err, &path):
		return diag.Errorf("%w", err)
	default:
		return err
	}
	if r.Invalid > 0 {
		t.e.notice("%s: %s that are no UTF-8 are counted as U+FFFD each, as they would be sent", f.shown(), plural(r.Invalid, "byte"))
	}
	t.found = append(t.found, counted{f.path, r})
	return nil
}
