// Package ledger records every call to a model in .llmops/llmops.db, answers questions about the calls
// (which, how many, what they cost) and keeps conversations.
//
// Start with Open on an open database, Append each call, and Close, which waits until all is written:
//
//	db, err := sqlite.Open(ctx, ".llmops/llmops.db")
//	l, err := ledger.Open(ctx, db, ledger.Options{Texts: ledger.TextsFull})
//	err = l.Append(ctx, ledger.Record{TraceID: id, Time: start, ModelAsked: "openai/gpt-4o", Status: ledger.OK})
//	totals, err := l.Totals(ctx, ledger.Filter{}, ledger.ByModel)
//
// Append hands the record to a goroutine that writes what has gathered in one transaction. A process that
// is killed loses what it appended in the last hundredth of a second at most, a busy one in the last twentieth,
// and the database stays sound.
package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// Ledger is open until Close. It is safe for concurrent use.
type Ledger struct {
	db    *sqlite.DB
	opts  Options
	queue *queue // nil with Options.Sync
}

// Options of a ledger. The zero value keeps no texts and writes in the background.
type Options struct {
	Texts Texts // what is kept of messages and answers; "" means TextsOff
	// Redact masks personal data, for TextsRedacted, which needs it.
	Redact func(string) string
	// Scrub takes keys out of every text that is kept, in conversations too; nil changes nothing.
	Scrub func(string) string
	// Sync makes Append write before it returns, for a command that makes one call.
	Sync bool
	// Report is told, from the writing goroutine, what could not be written; nil means that only Flush and
	// Close tell. It must not call the Ledger.
	Report func(error)
}

// ErrNotFound is what Get and the conversations fail with when there is no such thing.
var ErrNotFound = errors.New("not in the ledger")

// ErrClosed is what Append and Flush fail with after Close.
var ErrClosed = errors.New("the ledger is closed")

// Open prepares the ledger's tables in db. The caller closes the Ledger, and db after it.
func Open(ctx context.Context, db *sqlite.DB, opts Options) (*Ledger, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, Schema()); err != nil {
		return nil, err
	}
	l := &Ledger{db: db, opts: opts}
	if !opts.Sync {
		l.queue = newQueue(l.write, opts.Report)
	}
	return l, nil
}

func (o *Options) check() error {
	if o.Texts == "" {
		o.Texts = TextsOff
	}
	if o.Scrub == nil {
		o.Scrub = func(s string) string { return s }
	}
	if o.Report == nil {
		o.Report = func(error) {}
	}
	switch o.Texts {
	case TextsOff, TextsHashed, TextsFull:
		return nil
	case TextsRedacted:
		if o.Redact == nil {
			return errors.New("ledger: redacted texts need a func that redacts")
		}
		return nil
	}
	return fmt.Errorf("ledger: texts are off, hashed, redacted or full, not %q", o.Texts)
}

// Append records a call. It takes the record over: its messages and output must not change afterwards.
//
// It returns at once, whatever the disk does, and fails only after Close or when so many records wait for
// a broken disk that this one cannot be held. With Options.Sync it writes, even when ctx is done: an
// interrupted call is recorded too.
func (l *Ledger) Append(ctx context.Context, r Record) error {
	if err := r.check(); err != nil {
		return err
	}
	if l.queue == nil {
		return l.appendNow(ctx, r)
	}
	return l.queue.add(&r)
}

// appendNow has a record of its own, as one that is given on by its address is allocated, and Append's must not be.
func (l *Ledger) appendNow(ctx context.Context, r Record) error {
	_, err := l.write(context.WithoutCancel(ctx), []*Record{&r})
	return err
}

// Flush waits until everything that was appended before it is written, or tells why it could not be; it
// is then tried again later.
func (l *Ledger) Flush(ctx context.Context) error {
	if l.queue == nil {
		return nil
	}
	return l.queue.flush(ctx)
}

// Close writes what is waiting and ends the writing goroutine. Its error says how many records are lost.
func (l *Ledger) Close() error {
	if l.queue == nil {
		return nil
	}
	return l.queue.close()
}
