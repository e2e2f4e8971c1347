package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/counts"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

const (
	calibrationSchema = "llmops.calibration/v1"
	calibrationDir    = "calibration"
)

// Calibration is how far a judge agrees with people. It is kept with the suite, in calibration/METRIC.json, to
// be committed with it.
type Calibration struct {
	Schema     string    `json:"schema"`
	Suite      string    `json:"suite"`
	Metric     string    `json:"metric"`
	MetricHash string    `json:"metric_hash"` // as in MetricID: of options, prompt and model
	Judge      JudgeID   `json:"judge"`
	Created    time.Time `json:"created"`
	LabelsHash string    `json:"labels_sha256"` // of the labels file

	Kind      string `json:"kind"`     // what people said: pass, label or score
	Labels    int    `json:"labels"`   // of this metric
	N         int    `json:"n"`        // labels with a verdict of the judge
	Unscored  int    `json:"unscored"` // labels without one; they are in no figure
	Agreement Share  `json:"agreement"`
	// Kappa is Cohen's; for scores, weighted by the squared distance. null where it is not defined: all
	// verdicts are the same.
	Kappa *float64    `json:"kappa"`
	CI95  *[2]float64 `json:"kappa_ci95"`

	Categories []string `json:"categories"`
	Confusion  [][]int  `json:"confusion"` // rows: what people said; columns: what the judge said

	// PositionFlips is for judges that compare two answers: the verdicts that changed with their order.
	PositionFlips *Share `json:"position_flips"` // null for other judges
	// RepeatFlips are the verdicts that were not the same each time the judge was asked.
	RepeatFlips *Share      `json:"repeat_flips"` // null when it was asked once
	Repeats     int         `json:"repeats"`
	Judges      *score.Bill `json:"judges"` // what the judge took

	Reasons map[string]int `json:"unscored_reasons,omitempty"`
}

// JudgeID names a judge's prompt version and model.
type JudgeID struct {
	Prompt string `json:"prompt"` // "judge-rubric@1.0.0"
	SHA256 string `json:"sha256"`
	Model  string `json:"model"`
}

// Share is a count out of a total.
type Share struct {
	Count int     `json:"count"`
	Of    int     `json:"of"`
	Share float64 `json:"share"` // 0 where Of is
}

// String writes "12 of 30 (40.0 %)".
func (s Share) String() string {
	return fmt.Sprintf("%s of %s (%.1f %%)", counts.Grouped(s.Count), counts.Grouped(s.Of), 100*s.Share)
}

func shareOf(count, of int) Share {
	s := Share{Count: count, Of: of}
	if of > 0 {
		s.Share = float64(count) / float64(of)
	}
	return s
}

// Holds tells why the calibration does not vouch for a metric of this hash, or "" where it does: the
// judge is the one that was calibrated, kappa is at least minKappa, and at least minLabels were compared.
func (c *Calibration) Holds(metricHash string, minKappa float64, minLabels int) string {
	switch {
	case c.MetricHash != metricHash:
		return "the judge has changed since it was calibrated"
	case c.N < minLabels:
		return fmt.Sprintf("the judge was compared with %s, and %s are asked for", counts.Of(c.N, "label"), counts.Grouped(minLabels))
	case c.Kappa == nil:
		return "the labels do not tell how far the judge agrees: all verdicts are the same"
	case *c.Kappa < minKappa:
		return fmt.Sprintf("the judge's kappa is %.2f, below %g", *c.Kappa, minKappa)
	}
	return ""
}

// CalibrationFile is where the calibration of a metric is kept in a suite's directory.
func CalibrationFile(suiteDir, metric string) string {
	var b strings.Builder
	for i := range len(metric) {
		switch c := metric[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return filepath.Join(suiteDir, calibrationDir, b.String()+".json")
}

// ReadCalibration reads the calibration of a metric from a suite's directory. Without one the error is a
// *diag.Error that errors.Is knows as fs.ErrNotExist.
func ReadCalibration(suiteDir, metric string) (*Calibration, error) {
	path := CalibrationFile(suiteDir, metric)
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d := diag.Errorf("the judge of %s has not been calibrated: there is no %s", metric, path).
			WithHint("llmops eval judge calibrate %s --labels LABELS.jsonl", filepath.Base(suiteDir))
		d.Err = fs.ErrNotExist
		return nil, d
	case err != nil:
		return nil, diag.At(path, 0, 0, "cannot be read: %w", err)
	}
	c := new(Calibration)
	if err := json.Unmarshal(data, c); err != nil {
		return nil, diag.JSON(path, data, err)
	}
	if c.Schema != calibrationSchema {
		return nil, diag.At(path, 0, 0, "has the schema %.40q, not %s", c.Schema, calibrationSchema)
	}
	return c, nil
}

// Write keeps the calibration in a suite's directory, in the place of an earlier one.
func (c *Calibration) Write(suiteDir string) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	path := CalibrationFile(suiteDir, c.Metric)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // as readable as the suite
		return err
	}
	return replaceFile(path, append(data, '\n'))
}

// Doubt says why the calibration that a suite's directory holds does not vouch for a run's metric, or "" where it
// does: see Calibration.Holds.
func Doubt(suiteDir string, run Info, metric string, minKappa float64, minLabels int) string {
	c, err := ReadCalibration(suiteDir, metric)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "the judge has not been calibrated: " + diag.HintOf(err)
	case err != nil:
		return err.Error()
	}
	for _, m := range run.Metrics {
		if m.Name == metric {
			return c.Holds(m.Hash, minKappa, minLabels)
		}
	}
	return "the run has no such metric"
}
