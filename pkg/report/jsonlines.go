package report

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// ReportSchema names the JSON form of a report on several runs.
const ReportSchema = "llmops.eval.report/v1"

// resultsJSON writes one run's totals as they are, and those of several as a list under "runs".
func resultsJSON(w io.Writer, runs []Run) error {
	if len(runs) == 1 {
		return JSON(w, runs[0].Outcome.Result)
	}
	all := struct {
		Schema string        `json:"schema"`
		Runs   []eval.Result `json:"runs"`
	}{Schema: ReportSchema}
	for _, r := range runs {
		all.Runs = append(all.Runs, r.Outcome.Result)
	}
	return JSON(w, all)
}

// JSONLines writes the records of the runs, one a line: as they stand in cases.jsonl for one run, and
// with the id of their "run", and its "cell" of a matrix, for several.
func JSONLines(w io.Writer, runs []Run) error {
	type named struct {
		Run  string `json:"run,omitempty"`
		Cell string `json:"cell,omitempty"`
		*eval.Record
	}
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, r := range runs {
		line := named{}
		if len(runs) > 1 {
			id := r.Outcome.Info.RunID()
			line.Run, line.Cell = id.ID, id.Cell
		}
		for rec, err := range r.records() {
			if err != nil {
				return err
			}
			line.Record = rec
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}
