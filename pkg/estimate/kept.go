package estimate

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// keptName is the file beside a run's records.
const keptName = "estimate.json"

// Kept is what was estimated for a run and what came of it. Later estimates learn from it.
type Kept struct {
	Schema   string `json:"schema"` // "llmops.estimate/v1"
	Model    string `json:"model"`
	Calls    int64  `json:"calls"`
	Answered int64  `json:"answered"` // calls of which the usage is known
	Input    Band   `json:"input_tokens"`
	Output   *Band  `json:"output_tokens"` // null when unknown
	Cost     *Cost  `json:"cost_usd"`      // null when unpriced

	// Corrected is the factor that is in Input already; 0 means none.
	Corrected    float64    `json:"corrected,omitempty"`
	Estimated    bool       `json:"input_estimated"`
	ActualInput  int64      `json:"actual_input_tokens"`
	ActualOutput int64      `json:"actual_output_tokens"`
	ActualCost   *llm.Money `json:"actual_cost_usd"` // null when unpriced
	// Error is actual over expected cost, less 1: 0.1 where the run was a tenth dearer. null when unpriced,
	// or when calls are missing.
	Error *float64 `json:"error"`
}

// Settle puts the actual beside the estimate.
func (e Estimate) Settle(answered int64, u *llm.Usage, cost *llm.Money) Kept {
	k := Kept{
		Schema: "llmops.estimate/v1", Model: e.Model, Calls: e.Calls, Answered: answered, Input: e.Input, Output: e.Output,
		Cost: e.Cost, Corrected: e.corrected, Estimated: e.Estimated, ActualCost: cost,
	}
	if u != nil {
		k.ActualInput, k.ActualOutput = u.Input(), u.Output
	}
	if cost != nil && e.Cost != nil && e.Cost.Expected > 0 && answered == e.Calls {
		off := float64(*cost)/float64(e.Cost.Expected) - 1
		k.Error = &off
	}
	return k
}

// Write puts it into the run's directory.
func (k Kept) Write(run string) error {
	data, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(run, keptName)
	if err := os.WriteFile(path+".tmp", append(data, '\n'), 0o644); err != nil { //nolint:gosec // as readable as the run
		return err
	}
	return os.Rename(path+".tmp", path)
}

// Past reads the estimates that are kept with the runs below a directory, oldest first.
func Past(runs string) ([]Kept, error) {
	paths, err := filepath.Glob(filepath.Join(runs, "*", keptName))
	if err != nil {
		return nil, err
	}
	slices.Sort(paths) // runs are named by time
	var list []Kept
	for _, path := range paths {
		data, err := os.ReadFile(path) //nolint:gosec // below the runs
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var k Kept
		if err != nil || json.Unmarshal(data, &k) != nil {
			continue // a file that is cut off teaches nothing
		}
		list = append(list, k)
	}
	return list, nil
}

// Correction is how many times the input was what had been counted, over past runs of a model whose
// every answer told its usage; 0 when there is none.
func Correction(past []Kept, model string) float64 {
	var counted, actual float64
	for _, k := range past {
		if k.Model != model || !k.Estimated || k.Answered != k.Calls || k.ActualInput == 0 {
			continue
		}
		expected := float64(k.Input.Expected)
		if k.Corrected > 0 {
			expected /= k.Corrected
		}
		counted += expected
		actual += float64(k.ActualInput)
	}
	if counted == 0 {
		return 0
	}
	return actual / counted
}
