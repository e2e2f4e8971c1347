package remote

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/oklog/ulid/v2"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Submission is a batch to hand over.
type Submission struct {
	Input    batch.Input
	Settings batch.Settings
	Output   string
	// Compose makes a call's request without sending it, as estimate.Dry does.
	Compose func(ctx context.Context, call engine.Call) (*engine.Result, error)
	// Problem is told each mistake in the input; nil: nobody is told.
	Problem func(error)
	// Again hands a part over once more where it is not known whether the provider has it.
	Again bool
}

func (s *Submission) problem(err error) {
	if s.Problem != nil {
		s.Problem(err)
	}
}

// planner reads the input for the first time, or once more.
type planner struct {
	tag    string
	sub    *Submission
	spool  *spooler
	emit   func(r *request) error
	counts plan
	place  int
	failed error // of the first record that is not sent
}

// partsDir is where parts wait to be handed over.
func partsDir(statePath string) string { return statePath + ".parts" }

// plan composes all requests of the input: into parts on the disk, and into the state file. Nothing is
// sent. What an interrupted plan has left is done anew.
func (c *Client) plan(ctx context.Context, j *journal, sub *Submission, begin Begin) error {
	if err := j.file.Clear(); err != nil {
		return err
	}
	*j.State = State{path: j.path}
	if err := j.put(&entry{Begin: &begin}); err != nil {
		return err
	}
	p, err := c.read(ctx, sub, j.path, begin.Tag, func(r *request) error { return j.file.Append(&entry{Request: r}) })
	if err == nil && len(p.spool.parts) == 0 {
		if err = p.failed; err == nil {
			err = diag.At(sub.Input.Name, 0, 0, "there is no record in it").WithHint(`a record is a line: {"id": "1", "input": "Hello"}`)
		}
	}
	if err != nil {
		return err
	}
	for _, part := range p.spool.parts {
		if err := j.put(&entry{Part: part}); err != nil {
			return err
		}
	}
	return j.put(&entry{Planned: &p.counts})
}

// read writes the parts' files.
func (c *Client) read(ctx context.Context, sub *Submission, path, tag string, emit func(*request) error) (*planner, error) {
	dir := partsDir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, diag.Errorf("parts: %w", err)
	}
	p := &planner{tag: tag, sub: sub, emit: emit, spool: &spooler{dir: dir, api: c.Open, open: map[string]*spool{}}}
	err := batch.Each(ctx, sub.Input, sub.Settings,
		func(it batch.Item) error { return p.record(ctx, it) },
		func(it batch.Item) { p.refuse(it.Err) })
	return p, errors.Join(err, p.spool.close())
}

func (p *planner) refuse(err error) {
	p.sub.problem(err)
	if p.failed == nil {
		p.failed = err
	}
}

// record puts one record where it belongs. An error of it ends everything: mistakes of a single record are
// answered in the output.
func (p *planner) record(ctx context.Context, it batch.Item) error {
	r := &request{ID: it.ID, Hash: it.Hash}
	err := it.Err
	if err == nil {
		err = p.compose(ctx, it, r)
	}
	var user *diag.Error
	switch {
	case err == nil:
		p.counts.Requests++
	case errors.As(err, &user), refusesOne(err):
		p.refuse(err)
		p.counts.Refused++
		r.Error = batch.NewRecord(it.ID, it.Hash, nil, err).Error
	default:
		return err
	}
	p.place++
	return p.emit(r)
}

func (p *planner) compose(ctx context.Context, it batch.Item, r *request) error {
	res, err := p.sub.Compose(ctx, it.Call)
	if err != nil {
		return p.sub.Input.At(it, err)
	}
	r.Part, err = p.spool.add(res.Request.Model, customID(p.tag, it.ID, p.place), res.Request)
	r.Asked = res.Request.Hash()
	if refusesOne(err) {
		r.Part = 0
		return p.sub.Input.At(it, err)
	}
	return err
}

// refusesOne tells that a record cannot be sent, while others can: it is too large or too long.
func refusesOne(err error) bool {
	e, ok := errors.AsType[*llm.Error](err)
	return ok && (e.Kind == llm.KindInvalid || e.Kind == llm.KindContextWindow)
}

// begin is a new state's first line.
func (c *Client) begin(sub *Submission) Begin {
	b := Begin{
		Schema: stateSchema, Tag: "llmops-" + ulid.Make().String(), Created: c.now().UTC(), Format: string(sub.Input.Format),
		ID: sub.Settings.ID, Map: sub.Settings.Map, Settings: sub.Settings.Fingerprint(), Prompt: sub.Settings.Prompt,
		Tenant: sub.Settings.Tenant, Run: sub.Settings.Run,
	}
	if v := sub.Settings.Version; v != nil {
		b.Version, b.SHA256 = v.Version, v.SHA256
	}
	if sub.Input.Reader == nil {
		b.Input = relative(sub.Output, sub.Input.Path)
	}
	return b
}

// relative is a path as seen from the state file, so that both can move together.
func relative(output, path string) string {
	from, err := filepath.Abs(filepath.Dir(output))
	if err != nil {
		return path
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return to
	}
	return filepath.ToSlash(rel)
}
