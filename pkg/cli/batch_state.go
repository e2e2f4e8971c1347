package cli

import (
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
)

// batchStateJSON is what batch submit, status and cancel print with --json.
type batchStateJSON struct {
	Schema    string         `json:"schema"` // "llmops.batch.status/v1"
	Output    string         `json:"output"`
	Requests  int            `json:"requests"`
	Refused   int            `json:"refused"` // records with a mistake, which are not sent
	Submitted bool           `json:"submitted"`
	Ended     bool           `json:"ended"`
	Canceled  bool           `json:"canceled"`
	Fetched   bool           `json:"fetched"`
	Parts     []*remote.Part `json:"parts"`
}

func newBatchState(output string, s *remote.State) batchStateJSON {
	doc := batchStateJSON{
		Schema: "llmops.batch.status/v1", Output: output, Requests: s.Requests, Refused: s.Refused, Submitted: s.Submitted(),
		Ended: s.Ended(), Canceled: s.Canceled, Fetched: s.Fetched(), Parts: s.Parts,
	}
	if doc.Parts == nil {
		doc.Parts = []*remote.Part{}
	}
	return doc
}

// printBatchState prints how far a batch is.
func (e *env) printBatchState(output string, s *remote.State, asJSON bool) error {
	if asJSON {
		return writeJSON(e.out, newBatchState(output, s))
	}
	p := lines{w: e.out}
	p.line("%s: %s in %s, %s", e.shortPath(output), plural(s.Requests, "request"), plural(len(s.Parts), "part"), stateWord(s))
	if p.err != nil {
		return p.err
	}
	mixed := false
	for _, part := range s.Parts {
		mixed = mixed || part.Model != s.Parts[0].Model
	}
	t := grid{header: []string{"part", "batch", "status", "requests", "succeeded", "failed"}, left: 3}
	if mixed {
		t.header, t.left = append([]string{"model"}, t.header...), 4
	}
	for _, part := range s.Parts {
		cells := partCells(part)
		if mixed {
			cells = append([]string{part.Model}, cells...)
		}
		t.add(cells...)
	}
	if err := t.print(e); err != nil {
		return err
	}
	for _, part := range s.Parts {
		if part.Batch != nil && part.Batch.Problem != "" {
			p.line("part %d was refused: %s", part.Number, part.Batch.Problem)
		}
	}
	return p.err
}

func partCells(p *remote.Part) []string {
	id, status, good, bad := "-", string(p.Step), "-", "-"
	if b := p.Batch; b != nil {
		id, status = b.ID, strings.ReplaceAll(string(b.Status), "_", " ")
		good, bad = grouped(b.Counts.Succeeded), grouped(b.Counts.Failed+b.Counts.Expired+b.Counts.Canceled)
	}
	return []string{fmt.Sprint(p.Number), id, status, grouped(p.Requests), good, bad}
}

func stateWord(s *remote.State) string {
	ended := 0
	for _, p := range s.Parts {
		if p.Ended() {
			ended++
		}
	}
	switch {
	case s.Fetched():
		return "fetched"
	case s.Ended():
		return "ended"
	case !s.Submitted():
		return "not all handed over"
	case len(s.Parts) > 1:
		return fmt.Sprintf("%d of %d ended", ended, len(s.Parts))
	}
	return "in progress"
}
