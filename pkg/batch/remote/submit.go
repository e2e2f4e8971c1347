package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Submit hands a batch over, or the rest of one that was begun before. A batch that the provider has is
// not handed over again, whatever stopped the run that did it. The State is never nil without an error.
func (c *Client) Submit(ctx context.Context, sub Submission) (*State, error) {
	path := StatePath(sub.Output)
	if err := unused(sub.Output, path); err != nil {
		return nil, err
	}
	j, err := openJournal(path, true)
	if err != nil {
		return nil, err
	}
	defer j.close() //nolint:errcheck // each step has been synced
	if !j.Planned {
		if err := c.plan(ctx, j, &sub, c.begin(&sub)); err != nil {
			return nil, errors.Join(err, discard(path)) // nothing has been sent
		}
	} else if err := j.compare(ctx, &sub); err != nil {
		return nil, err
	}
	if j.Canceled {
		return nil, diag.Errorf("the batch of %s was canceled", sub.Output).WithHint("fetch what it has, or submit to another output")
	}
	for _, p := range j.Parts {
		if p.Submitted() || p.Step == StepDropped || p.settled() {
			continue
		}
		if err := c.handOver(ctx, j, p, &sub); err != nil {
			return j.State, fmt.Errorf("part %d of %d: %w", p.Number, len(j.Parts), err)
		}
	}
	return j.State, os.RemoveAll(partsDir(path))
}

// unused refuses an output of another making: a batch that is submitted has none until it is fetched.
func unused(output, state string) error {
	_, err := os.Stat(state)
	if info, outErr := os.Stat(output); err == nil || outErr != nil || info.Size() == 0 {
		return nil
	}
	return diag.Errorf("%s is there already, and no state file of a batch beside it", output).WithHint("write to another file")
}

func discard(path string) error { return errors.Join(os.RemoveAll(partsDir(path)), os.Remove(path)) }

// compare tells whether the state belongs to the input and the settings.
func (j *journal) compare(ctx context.Context, sub *Submission) error {
	if own := sub.Settings.Fingerprint(); own != j.Begin.Settings {
		return diag.At(j.path, 0, 0, "it belongs to another batch: its model, prompt or mapping was another").
			WithHint("go on with the same flags as before, or submit to another output")
	}
	if sub.Input.Reader != nil {
		return nil // what was read once is in the parts
	}
	var known []uint64
	if err := j.requests(func(_ int, r *request) error { known = append(known, digest(r.ID, r.Hash)); return nil }); err != nil {
		return err
	}
	place := 0
	err := batch.Each(ctx, sub.Input, sub.Settings, func(it batch.Item) error {
		if place >= len(known) || known[place] != digest(it.ID, it.Hash) {
			return sub.Input.Changed(it, j.path)
		}
		place++
		return nil
	}, func(batch.Item) {})
	if err == nil && place < len(known) {
		return diag.Errorf("%s has %d records, and %s was begun with %d", sub.Input.Name, place, j.path, len(known)).
			WithHint("restore the input, or submit to another output")
	}
	return err
}

// handOver uploads a part and creates its batch, from where an earlier try stopped.
func (c *Client) handOver(ctx context.Context, j *journal, p *Part, sub *Submission) error {
	api, err := c.Open(p.Model)
	if err != nil {
		return err
	}
	if err := c.restore(ctx, j, p, sub); err != nil {
		return err
	}
	if p.Step == StepPlanned || p.Step == StepUploading {
		if err := c.upload(ctx, j, p, api); err != nil {
			return err
		}
	}
	b, err := c.create(ctx, j, p, api, sub.Again)
	if err != nil {
		return err
	}
	if err := j.step(p, func(p *Part) { p.Step, p.Batch = StepCreated, b }); err != nil {
		return err
	}
	return os.Remove(partFile(partsDir(j.path), p.Number))
}

// restore makes the parts' files again where they are gone, as on another machine, from the input.
func (c *Client) restore(ctx context.Context, j *journal, p *Part, sub *Submission) error {
	name := partFile(partsDir(j.path), p.Number)
	if info, err := os.Stat(name); err == nil && info.Size() == p.Size {
		return nil
	}
	if sub.Input.Reader != nil {
		return diag.Errorf("the parts of %s are gone, and standard input cannot be read again", j.path).WithHint("submit a file")
	}
	again, err := c.read(ctx, sub, j.path, j.Begin.Tag, func(*request) error { return nil })
	if err != nil {
		return err
	}
	for i, old := range j.Parts {
		if i >= len(again.spool.parts) || again.spool.parts[i].SHA256 != old.SHA256 {
			return diag.Errorf("the requests are not those that %s was begun with", j.path).
				WithHint("a prompt, an alias or an option has changed: restore it, or submit to another output")
		}
	}
	return nil
}

func (j *journal) piece(p *Part) Piece {
	return Piece{
		Name: fmt.Sprintf("%s-%04d", j.Begin.Tag, p.Number), Requests: p.Requests, Size: p.Size, FileID: p.File, Since: p.Since,
		Lines: func() (io.ReadCloser, error) { return os.Open(partFile(partsDir(j.path), p.Number)) },
	}
}

// upload hands over the lines. An upload that is in doubt is looked for first.
func (c *Client) upload(ctx context.Context, j *journal, p *Part, api API) error {
	doubt := p.Step == StepUploading
	if !doubt {
		now := c.now().UTC()
		if err := j.step(p, func(p *Part) { p.Step, p.Since = StepUploading, now }); err != nil {
			return err
		}
	}
	var file string
	err := c.Retry.Do(ctx, func(ctx context.Context) (err error) {
		if doubt {
			if file, err = api.FindUpload(ctx, j.piece(p)); err != nil || file != "" {
				return err
			}
		}
		doubt = true
		file, err = api.Upload(ctx, j.piece(p))
		return err
	})
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	return j.step(p, func(p *Part) { p.Step, p.File = StepUploaded, file })
}

// create makes the batch. A request without an answer may have made one, so that it is looked for before it
// is sent again; the doubt lasts until it is found, in this run or a later one.
func (c *Client) create(ctx context.Context, j *journal, p *Part, api API, again bool) (*Batch, error) {
	doubt := p.Step == StepCreating && !again
	if p.Step != StepCreating {
		now := c.now().UTC()
		if err := j.step(p, func(p *Part) { p.Step, p.Since = StepCreating, now }); err != nil {
			return nil, err
		}
	}
	var made *Batch
	err := c.Retry.Do(ctx, func(ctx context.Context) (err error) {
		if doubt {
			if made, err = c.adopt(ctx, j, p, api); err != nil || made != nil {
				return err
			}
		}
		made, err = api.Create(ctx, j.piece(p))
		doubt = doubt || !refused(err)
		return err
	})
	if err == nil {
		return made, nil
	}
	if !doubt { // every request was refused: the next try need not look for it
		err = errors.Join(err, j.step(p, func(p *Part) { p.Step = StepUploaded }))
	}
	return nil, err
}

// refused tells that the provider has certainly not done what was asked.
func refused(err error) bool {
	e, ok := errors.AsType[*llm.Error](err)
	return ok && e.Status >= 400 && e.Status < 500 && e.Kind != llm.KindConflict
}

// adopt looks for the batch that an earlier request may have made; nil when there is none.
func (c *Client) adopt(ctx context.Context, j *journal, p *Part, api API) (*Batch, error) {
	found, sure, err := api.Find(ctx, j.piece(p))
	if err != nil {
		return nil, err
	}
	var names []string
	var free []Batch
	for _, b := range found {
		if !j.has(b.ID) {
			free, names = append(free, b), append(names, b.ID)
		}
	}
	switch {
	case len(free) == 0:
		return nil, nil
	case !sure && len(free) > 1:
		return nil, diag.Errorf("whether part %d was handed over is not known: it may be one of %s", p.Number, strings.Join(names, ", ")).
			WithHint("look at them with batch list; --again hands the part over once more, which may cost twice")
	}
	c.notice("part %d: the provider has it already, as %s", p.Number, free[0].ID)
	return &free[0], nil
}

func (s *State) has(id string) bool {
	for _, p := range s.Parts {
		if p.Batch != nil && p.Batch.ID == id {
			return true
		}
	}
	return false
}
