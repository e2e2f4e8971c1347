package eval

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

const (
	runSchema = "llmops.run/v1"
	infoName  = "run.json"
	casesName = "cases.jsonl"
)

// Status says how a run ended.
type Status string

// The states. A run that was killed stays at StatusRunning.
const (
	StatusRunning     Status = "running"
	StatusComplete    Status = "complete"
	StatusInterrupted Status = "interrupted"
)

// Info is a run's run.json: what was run, of which version, when, and what came of it.
type Info struct {
	Schema      string     `json:"schema"`
	ID          string     `json:"id"`
	Suite       string     `json:"suite"`
	SuiteSHA256 string     `json:"suite_sha256"`
	SuiteDir    string     `json:"suite_dir"`
	Cases       int        `json:"cases"`
	CasesSHA256 string     `json:"cases_sha256"`
	Prompt      *PromptID  `json:"prompt"` // null when the suite has none
	Model       string     `json:"model"`
	Params      Params     `json:"params"`
	Task        string     `json:"task,omitempty"` // what routing rules knew the calls as; "" means nothing
	Repeat      int        `json:"repeat"`
	Reduce      string     `json:"reduce,omitempty"` // how repeats become one value where a metric says nothing else; "" means the mean
	Metrics     []MetricID `json:"metrics"`
	Matrix      *MatrixID  `json:"matrix,omitempty"`        // null when the run is none of a matrix
	RescoredOf  string     `json:"rescored_from,omitempty"` // the run whose answers these are; "" means that they were asked for
	Tag         string     `json:"tag,omitempty"`
	Tool        string     `json:"tool,omitempty"`
	Commit      string     `json:"commit,omitempty"`
	Started     time.Time  `json:"started"`
	Ended       time.Time  `json:"ended,omitzero"`
	Duration    Millis     `json:"duration_ms"`
	Status      Status     `json:"status"`
	Totals      *Result    `json:"totals,omitempty"`
}

// PromptID names a prompt version.
type PromptID struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// MetricID names a metric of the suite and what it computes.
type MetricID struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Hash string `json:"hash"`
	// Reduce is how repeats become one value; "" means the mean.
	Reduce string `json:"reduce,omitempty"`
	// Signature names the settings of a published measure, as sacrebleu's does; "" where it has none. Hash tells them too.
	Signature string `json:"signature,omitempty"`
	Unit      string `json:"unit,omitempty"` // of a metric that measures: "ms", "USD", "tokens"; "" is a score
}

// same tells whether both compute the same. A signature or unit may be missing from an older run.
func (m MetricID) same(n MetricID) bool {
	m.Signature, n.Signature, m.Unit, n.Unit = "", "", "", ""
	return m == n
}

// differs names the first thing that keeps a run from being gone on with, or "".
func (i Info) differs(now Info) string {
	switch {
	case i.Suite != now.Suite:
		return "suite"
	case i.CasesSHA256 != now.CasesSHA256:
		return "set of cases"
	case !reflect.DeepEqual(i.Prompt, now.Prompt):
		return "prompt"
	case i.Model != now.Model:
		return "model"
	case i.Repeat != now.Repeat:
		return "number of repeats"
	case !slices.EqualFunc(i.Metrics, now.Metrics, MetricID.same):
		return "list of scorers"
	case i.Task != now.Task:
		return "task"
	case !sameJSON(i.Params, now.Params):
		return "list of parameters"
	}
	return ""
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// writeInfo replaces run.json in one step.
func writeInfo(dir string, info Info) error {
	data, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, infoName), append(data, '\n'))
}

// ReadInfo reads the run.json of a run's directory.
func ReadInfo(dir string) (Info, error) {
	var info Info
	path := filepath.Join(dir, infoName)
	data, err := os.ReadFile(path) //nolint:gosec // the caller names the run
	if errors.Is(err, fs.ErrNotExist) {
		return info, diag.At(dir, 0, 0, "holds no %s, so it is no run", infoName)
	}
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(data, &info); err != nil {
		return info, diag.At(path, 0, 0, "malformed: %w", err)
	}
	if info.Schema != runSchema {
		return info, diag.At(path, 0, 0, "has the schema %.40q, not %s", info.Schema, runSchema)
	}
	return info, nil
}

// Runs lists the runs under root, oldest first. Directories that hold no run are passed over. The ID of each is the
// name of its directory, also where its run.json, which may be a copy or come from elsewhere, says another.
func Runs(root string) ([]Info, error) {
	entries, err := os.ReadDir(root) // sorted, and ids sort by time
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var infos []Info
	for _, e := range entries {
		if info, err := ReadInfo(filepath.Join(root, e.Name())); err == nil && !strings.HasPrefix(e.Name(), ".") {
			info.ID = e.Name()
			infos = append(infos, info)
		}
	}
	return infos, err
}
