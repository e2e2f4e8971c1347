package remote

import (
	"context"
	"fmt"
	"reflect"
)

// Refresh asks how far the batch is and keeps what it is told.
func (c *Client) Refresh(ctx context.Context, output string) (*State, error) {
	j, err := openJournal(StatePath(output), false)
	if err != nil {
		return nil, err
	}
	defer j.close() //nolint:errcheck // each step has been synced
	return j.State, c.refresh(ctx, j)
}

func (c *Client) refresh(ctx context.Context, j *journal) error {
	for _, p := range j.Parts {
		if !p.Submitted() || p.Ended() || p.settled() {
			continue
		}
		if err := c.ask(ctx, j, p, API.Get); err != nil {
			return fmt.Errorf("part %d, %s: %w", p.Number, p.Batch.ID, err)
		}
	}
	return nil
}

// ask sends one request about a part's batch and keeps what comes.
func (c *Client) ask(ctx context.Context, j *journal, p *Part, send func(API, context.Context, string) (*Batch, error)) error {
	api, err := c.Open(p.Model)
	if err != nil {
		return err
	}
	var b *Batch
	err = c.Retry.Do(ctx, func(ctx context.Context) (err error) {
		b, err = send(api, ctx, p.Batch.ID)
		return err
	})
	if err != nil || reflect.DeepEqual(b, p.Batch) {
		return err
	}
	return j.step(p, func(p *Part) { p.Batch = b })
}

// Cancel stops the batch: what the provider has is canceled there, and what it has not is not handed over
// any more. Answers that are there by then can be fetched.
func (c *Client) Cancel(ctx context.Context, output string) (*State, error) {
	j, err := openJournal(StatePath(output), false)
	if err != nil {
		return nil, err
	}
	defer j.close() //nolint:errcheck // each step has been synced
	if !j.Canceled && j.Planned {
		now := c.now().UTC()
		if err := j.put(&entry{Canceled: &now}); err != nil {
			return j.State, err
		}
	}
	if err := c.refresh(ctx, j); err != nil {
		return j.State, err
	}
	for _, p := range j.Parts {
		switch {
		case p.Ended() || p.settled() || p.Submitted() && p.Batch.Status == Canceling:
			continue
		case p.Submitted():
			err = c.ask(ctx, j, p, API.Cancel)
		default:
			err = c.drop(ctx, j, p)
		}
		if err != nil {
			return j.State, fmt.Errorf("part %d: %w", p.Number, err)
		}
	}
	return j.State, nil
}

// drop gives up a part that was not handed over. One that is in doubt is looked for.
func (c *Client) drop(ctx context.Context, j *journal, p *Part) error {
	if p.Step == StepCreating {
		api, err := c.Open(p.Model)
		if err != nil {
			return err
		}
		b, err := c.adopt(ctx, j, p, api)
		if err != nil {
			return err
		}
		if b != nil {
			if err := j.step(p, func(p *Part) { p.Step, p.Batch = StepCreated, b }); err != nil || b.Status.Ended() {
				return err
			}
			return c.ask(ctx, j, p, API.Cancel)
		}
	}
	return j.step(p, func(p *Part) { p.Step = StepDropped })
}
