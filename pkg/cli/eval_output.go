package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
	"github.com/llmops-toolkit/llmops/pkg/report"
	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

// outputs are the files that a report is to be written to.
type outputs []output

type output struct {
	path   string
	format report.Format
}

func outputFlag(flags *pflag.FlagSet, paths *[]string) {
	flags.StringArrayVarP(paths, "output", "o", nil, "write a report to this `FILE`: .html .md .json .jsonl .csv .xml; repeatable")
}

// newOutputs finds out before any call is made what would keep the files from being written.
func newOutputs(paths []string) (outputs, error) {
	var list outputs
	seen := map[string]bool{}
	for _, path := range paths {
		if path == "-" {
			return nil, diag.Errorf("--output takes files, not -").WithHint("`llmops eval report last --format md` prints to standard output")
		}
		format, err := report.FormatOf(path)
		if err != nil {
			return nil, err
		}
		if clean := filepath.Clean(path); seen[clean] {
			return nil, diag.Errorf("--output %s is given twice", path)
		}
		seen[filepath.Clean(path)] = true
		list = append(list, output{path, format})
	}
	for _, o := range list {
		if err := wholefile.Check(o.path); err != nil {
			return nil, diag.Errorf("--output %s cannot be written: %w", o.path, err)
		}
	}
	return list, nil
}

// write writes all files, each in one step, and says so.
func (list outputs) write(e *env, runs ...report.Run) error {
	for _, o := range list {
		err := wholefile.Write(o.path, func(w io.Writer) error { return o.format.Write(w, runs) })
		if err != nil {
			return fmt.Errorf("report %s: %w", o.path, err)
		}
		e.info("wrote %s", o.path)
	}
	return nil
}

// reportOf puts together what a report tells of a run. The suite is nil where it is not there any more.
func (e *env) reportOf(suite *eval.Suite, out *eval.Outcome) report.Run {
	r := report.Run{Outcome: out}
	if out.Dir != "" {
		r.Dir = e.shortPath(out.Dir)
	}
	r.Gate = storedGate(out)
	if suite != nil {
		r.Answers = answersFrom(suite, out.Info.Model)
		r.Questions = func() report.Questions { return suite.Questions() }
	}
	return r
}

// storedGate is the comparison that was kept with a run: the verdicts, without the changed answers. nil means
// that there is none.
func storedGate(out *eval.Outcome) *report.Gate {
	if out.Result.Gate == nil {
		return nil
	}
	result := new(gate.Result)
	data, err := json.Marshal(out.Result.Gate)
	if err != nil || json.Unmarshal(data, result) != nil || result.Verdict == "" {
		return nil
	}
	return &report.Gate{Result: result, Suite: out.Info.Suite, Candidate: out.Info}
}

func (e *env) reportStyle() report.Style {
	return report.Style{Renderer: e.outStyle().r, Width: e.width()}
}
