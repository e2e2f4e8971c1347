package eval

import (
	"context"
	"fmt"
	"sync"
)

// Asker asks single cases of a suite again, past every cache and outside of any run: nothing is kept on
// disk. It is safe for concurrent use.
type Asker struct {
	r *runner

	mu    sync.Mutex // guards cases
	cases map[string]*Case
}

// NewAsker reads and checks the suite as Run does. Root, Tag, Resume and Progress of cfg are not used.
func NewAsker(s *Suite, cfg Config) (*Asker, error) {
	cfg.Resume = ""
	r, err := prepare(s, cfg)
	if err != nil {
		return nil, err
	}
	return &Asker{r: r}, nil
}

// Ask makes one call and scores its answer by the suite's scorers. A call that failed is in the record's
// Error; an error means that there is no such case, or that ctx has ended.
func (a *Asker) Ask(ctx context.Context, caseID string, repeat int) (*Record, error) {
	c, err := a.find(caseID)
	if err != nil {
		return nil, err
	}
	f := a.r.ask(ctx, job{c: c, repeat: repeat, fresh: true})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return f.record, nil
}

// find reads the suite's cases once, when the first of them is asked for.
func (a *Asker) find(id string) (*Case, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cases == nil {
		a.cases = map[string]*Case{}
		for c, err := range a.r.suite.All() {
			if err != nil {
				return nil, err
			}
			a.cases[c.ID] = c
		}
	}
	c := a.cases[id]
	if c == nil {
		return nil, fmt.Errorf("suite %s has no case %s", a.r.suite.Name, id)
	}
	return c, nil
}
