package eval

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"path/filepath"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// prepare finds out all that can be known to be wrong before a call is made.
func prepare(s *Suite, cfg Config) (*runner, error) {
	r := &runner{suite: s, cfg: cfg, model: cfg.Model, started: cfg.now(), handedOut: make(chan struct{})}
	if r.model == "" {
		r.model = s.Model
	}
	if cfg.Tag != "" {
		if err := CheckTag(cfg.Tag); err != nil {
			return nil, err
		}
	}
	var err error
	if r.send, err = s.ModelRef(r.model); err != nil {
		return nil, err
	}
	if r.version, err = s.Prompt.resolve(cfg.Prompts); err != nil {
		return nil, diag.At(s.File, 0, 0, "%w", err).WithHint("%s", diag.HintOf(err))
	}
	id := newID(cfg)
	if cfg.Resume != "" {
		id = cfg.Resume
	}
	cfg.Tools.Run = id
	if err := s.Bind(cfg.Tools); err != nil {
		return nil, err
	}
	if err := s.checkReductions(); err != nil {
		return nil, err
	}
	r.inputVar = s.inputVar(r.version)
	if r.cases, err = s.Scan(r.checkCase); err != nil {
		return nil, err
	}
	if r.automatic, err = score.FromCases(); err != nil {
		return nil, err
	}
	r.calls = r.cases.Cases * s.repeats()
	r.info = r.describe(id)
	r.tally = newTally(r.info)
	if cfg.Resume != "" {
		return r, r.resume()
	}
	return r, nil
}

// Checker is what a Caller may also be: it tells what would keep a call from being sent, as
// *engine.Engine does.
type Checker interface {
	Check(ctx context.Context, call engine.Call) error
}

// preflight asks the caller about the first call, so that a missing key or a broken recording is known
// before a run is begun.
func (r *runner) preflight(ctx context.Context) error {
	checker, ok := r.cfg.Caller.(Checker)
	if !ok {
		return nil
	}
	for c, err := range r.suite.All() {
		if err != nil {
			return err
		}
		return checker.Check(ctx, r.call(job{c: c}))
	}
	return nil
}

// checkCase renders the prompt for the case, so that a missing variable is found now.
func (r *runner) checkCase(c *Case) error {
	r.noteUnread(c)
	if r.version == nil {
		if c.Input == "" && len(c.Messages) == 0 {
			return diag.Errorf("it has neither input nor messages, and the suite no prompt").
				WithHint("name a prompt in %s, or give the case an input", suiteName)
		}
		return nil
	}
	_, err := r.version.Render(r.version.Typed(c.variables(r.inputVar)))
	return err
}

func (r *runner) describe(id string) Info {
	s := r.suite
	info := Info{
		Schema: runSchema, ID: id, Suite: s.Name, SuiteSHA256: s.SHA256, SuiteDir: s.Dir, Cases: r.cases.Cases,
		CasesSHA256: r.cases.SHA256, Model: r.model, Params: s.Params, Task: s.Task, Repeat: s.repeats(), Reduce: reduceWord(s.reduce), Tag: r.cfg.Tag, Matrix: r.cfg.matrix,
		Tool: r.cfg.Tool, Started: r.started.UTC(), Status: StatusRunning,
	}
	if v := r.version; v != nil {
		info.Prompt = &PromptID{v.Name, v.Version, v.SHA256}
		if s.Prompt.Inline != "" {
			info.Prompt.Name = "inline"
		}
		if info.Model == "" {
			info.Model = v.Model
		}
	}
	for _, m := range s.Metrics {
		info.Metrics = append(info.Metrics, MetricID{m.Name, m.Type, m.Hash, s.reduceOf(m), m.Signature(), m.Unit()})
	}
	return info
}

// newID makes ids that sort by time: 20250301-142233-a1b2c3.
func newID(cfg Config) string {
	if cfg.NewID != nil {
		return cfg.NewID()
	}
	var chance [3]byte
	_, _ = rand.Read(chance[:]) // never fails, says its documentation
	return cfg.now().UTC().Format("20060102-150405-") + hex.EncodeToString(chance[:])
}

// takeOver counts a record of an earlier part of the run, or notes that it is to be made anew. One whose place the
// run does not have is not counted, and r.stray tells of it.
func (r *runner) takeOver(rec *Record, at line) {
	r.lines++
	if rec.Seq >= r.calls || rec.Repeat != rec.Seq%r.suite.repeats() {
		if r.stray == nil {
			r.stray = diag.At(filepath.Join(r.cfg.Root, filepath.Base(r.cfg.Resume), casesName), r.lines, 0,
				"malformed record: seq %d and repeat %d are no place in a run of %d answers", rec.Seq, rec.Repeat, r.calls).
				WithHint("take the line out, and its answer is asked for again")
		}
		return
	}
	if _, twice := r.have[rec.Seq]; twice {
		return // the first counts
	}
	r.have[rec.Seq] = rec.Case
	if unanswered := rec.Error != nil || rec.Static(); r.cfg.Retry && (unanswered || rec.unscored()) {
		r.again[rec.Seq] = again{at, unanswered}
		return
	}
	r.sum(rec)
}

// stored tells what an earlier part of the run has of a call: whether it is done, and the record that is only to be
// scored again.
func (r *runner) stored(j job) (done bool, line *line, err error) {
	id, known := r.have[j.seq]
	if known && id != j.c.ID {
		return false, nil, diag.Errorf("run %s cannot be resumed: the record of seq %d is of case %q, which has another place", r.info.ID, j.seq, id).
			WithHint("start a new run")
	}
	a, again := r.again[j.seq]
	if again && !a.ask {
		line = &a.line
	}
	return known && !again, line, nil
}

// resume takes over the records of an earlier part of the run.
func (r *runner) resume() error {
	r.have = map[int]string{}
	r.again = map[int]again{}
	d, info, err := openDir(r.cfg.Root, r.cfg.Resume, r.takeOver)
	if err != nil {
		return err
	}
	r.dir = d
	if diff := info.differs(r.info); diff != "" {
		err := diag.Errorf("run %s cannot be resumed: its %s was another", info.ID, diff).WithHint("start a new run")
		return errors.Join(err, d.file.Close())
	}
	if r.stray != nil {
		return errors.Join(r.stray, d.file.Close())
	}
	r.before, r.info.Duration = time.Duration(info.Duration), info.Duration
	r.info.ID, r.info.Started, r.info.Commit = info.ID, info.Started, info.Commit
	r.info.Matrix, r.info.RescoredOf = info.Matrix, info.RescoredOf
	if r.cfg.Tag == "" {
		r.info.Tag = info.Tag
	}
	return nil
}
