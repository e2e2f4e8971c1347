package eval

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// MatrixSchema names the JSON form of MatrixResult.
const MatrixSchema = "llmops.eval.matrix/v1"

// Matrix is the runs of one command over several prompts, models or parameters.
type Matrix struct {
	ID   string
	Runs []CellRun // in the order of the cells
}

// CellRun is the run of one cell. Outcome is nil where nothing of it was begun; Err is why it did not end well.
type CellRun struct {
	Cell    Cell
	Outcome *Outcome
	Err     error
}

// MatrixID says in a run's run.json which cell of which matrix it is.
type MatrixID struct {
	ID    string `json:"id"`
	Cell  int    `json:"cell"`  // its place in Cells
	Cells []Cell `json:"cells"` // all of the matrix, so that what was not begun can be
}

// MatrixResult is what came of a matrix, as `eval run --json` prints it.
type MatrixResult struct {
	Schema string       `json:"schema"`
	ID     string       `json:"id"`
	Suite  string       `json:"suite"`
	Runs   []CellResult `json:"runs"`
}

// CellResult is one run of a matrix. Result is null where nothing of it was begun.
type CellResult struct {
	Name   string  `json:"name"`
	Error  string  `json:"error,omitempty"`
	Result *Result `json:"result"`
}

// Result gives the matrix as a document.
func (m *Matrix) Result(suite string) MatrixResult {
	r := MatrixResult{Schema: MatrixSchema, ID: m.ID, Suite: suite}
	for _, run := range m.Runs {
		c := CellResult{Name: run.Cell.Name}
		if run.Outcome != nil {
			c.Result = &run.Outcome.Result
		}
		if run.Err != nil {
			c.Error = run.Err.Error()
		}
		r.Runs = append(r.Runs, c)
	}
	return r
}

// RunMatrix runs the suite once for each cell, a run of its own each. They are begun one after another, the
// next one as soon as the last call of the one before is under way, and never make more calls at once than
// cfg.Concurrency. tools makes what the scorers of a cell's suite may use. All cells are checked before the
// first call; a mistake in one is the error, and nothing is written. A run that ends with an error does not
// keep the others from being made. cfg.Resume is the id of a matrix, whose cells they must be.
func RunMatrix(ctx context.Context, s *Suite, cells []Cell, cfg Config) (*Matrix, error) {
	m := &Matrix{ID: newID(cfg)}
	var begun map[int]string
	if cfg.Resume != "" {
		m.ID = cfg.Resume
		_, begun, _, _ = FindMatrix(cfg.Root, cfg.Resume)
	}
	watch := &matrixProgress{tell: cfg.Progress, cells: make([]Progress, len(cells))}
	cfg.slots = make(chan struct{}, min(cfg.concurrency(s), maxConcurrency))
	runners := make([]*runner, len(cells))
	for i, cell := range cells {
		r, err := prepareCell(ctx, s, cell, cellConfig(cfg, m.ID, i, cells, begun[i], watch))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", cell.Name, err), releaseAll(runners[:i]))
		}
		runners[i] = r
		watch.cells[i].Total = r.calls
	}
	m.Runs = make([]CellRun, len(cells))
	var running sync.WaitGroup
	for i, r := range runners {
		m.Runs[i].Cell = cells[i]
		running.Go(func() { m.Runs[i].Outcome, m.Runs[i].Err = r.run(ctx) })
		<-r.handedOut
	}
	running.Wait()
	return m, nil
}

func prepareCell(ctx context.Context, s *Suite, cell Cell, cfg Config) (*runner, error) {
	as, err := s.With(cell)
	if err != nil {
		return nil, err
	}
	r, err := prepare(as, cfg)
	if err != nil {
		return nil, err
	}
	if err := r.preflight(ctx); err != nil {
		return nil, errors.Join(err, r.release())
	}
	return r, nil
}

func cellConfig(cfg Config, id string, i int, cells []Cell, begun string, watch *matrixProgress) Config {
	cfg.Model, cfg.Resume, cfg.Progress = "", begun, watch.of(i)
	cfg.matrix = &MatrixID{id, i, cells}
	if cfg.Tag != "" {
		cfg.Tag = fmt.Sprintf("%s-%d", cfg.Tag, i+1)
	}
	if cfg.NewID != nil {
		made := cfg.NewID
		cfg.NewID = func() string { return fmt.Sprintf("%s-%d", made(), i+1) }
	}
	return cfg
}

func releaseAll(runners []*runner) error {
	var errs []error
	for _, r := range runners {
		errs = append(errs, r.release())
	}
	return errors.Join(errs...)
}

// matrixProgress adds up the progress of the runs of a matrix.
type matrixProgress struct {
	tell func(Progress)

	mu    sync.Mutex // guards cells
	cells []Progress
}

func (m *matrixProgress) of(cell int) func(Progress) {
	if m.tell == nil {
		return nil
	}
	return func(p Progress) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.cells[cell] = p
		sum := Progress{}
		for _, c := range m.cells {
			sum.Total, sum.Done, sum.Failed = sum.Total+c.Total, sum.Done+c.Done, sum.Failed+c.Failed
			sum.Totals.Merge(c.Totals)
			sum.Elapsed = max(sum.Elapsed, c.Elapsed)
		}
		m.tell(sum)
	}
}
