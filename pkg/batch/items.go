package batch

import (
	"context"
	"errors"
	"io"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
)

// Item is a record of an input, for those who send it another way than by a Job.
type Item struct {
	Line int
	ID   string
	Hash string // as Record.Hash
	Raw  []byte // as JSON, to be run again; valid after the next item too
	Call engine.Call
	Err  error // what is wrong with it: a *diag.Error
}

// Each gives the records of an input in order, also those that have an id and a mistake. What can have no
// output goes to problem: a record whose id cannot be read, and the second of an id.
func Each(ctx context.Context, in Input, s Settings, each func(Item) error, problem func(Item)) error {
	cfg := Config{Input: in, Settings: s}
	r, err := cfg.open()
	if err != nil {
		return err
	}
	defer r.close() //nolint:errcheck // only read from
	settings, seen := s.hash(), newKnown()
	for ctx.Err() == nil {
		it, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		item := Item{Line: it.line, ID: it.id, Hash: joinHash(settings, it.hash), Raw: it.raw, Call: it.call, Err: it.err}
		if it.id != "" && seen.meet(it.id, it.hash, it.place) != isNew {
			item.ID, item.Err = "", twice(&r.parse, it)
		}
		if item.ID == "" {
			problem(item)
			continue
		}
		if err := each(item); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// At gives an error about a record the record's place in the input.
func (in *Input) At(it Item, err error) error {
	p := parser{name: in.Name}
	return p.at(&item{line: it.Line}, err)
}

// NewRecord makes the output's record of a result, or of the error in place of one.
func NewRecord(id, hash string, res *engine.Result, err error) *Record {
	return newRecord(id, hash, res, err)
}

// SettingsOf gives the part of Record.Hash that stands for the settings; false when it is no such hash.
func SettingsOf(hash string) (string, bool) {
	settings, _, ok := cutHash(hash)
	return settings, ok
}

// Changed is the error about a record that is not what an output or a state was begun with.
func (in *Input) Changed(it Item, since string) error {
	return diag.At(in.Name, it.Line, 0, "the record %q is not what %s was begun with", it.ID, since).
		WithHint("restore the input and the flags, or write to another file")
}

// Fingerprint is the part of Record.Hash that stands for the settings.
func (s *Settings) Fingerprint() string { return s.hash() }
