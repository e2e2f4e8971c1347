package eval

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// Label is a person's verdict on an answer, a line of a labels file:
//
//	{"case": "refund-01", "metric": "helpful", "output": "…", "pass": true}
//
// Metric may be left out where the suite has one judge, and Output where the answer is a run's. Exactly one
// of Pass, Label and Score is set.
type Label struct {
	Case   string   `json:"case"`
	Metric string   `json:"metric"`
	Repeat int      `json:"repeat"` // which of a run's answers to the case is meant
	Output *string  `json:"output"`
	Pass   *bool    `json:"pass"`
	Label  *string  `json:"label"` // the word that the judge ought to say: "C", "tie", "refund"
	Score  *float64 `json:"score"` // the grade that the judge ought to give

	line int
}

// Labels is a labels file.
type Labels struct {
	File   string
	List   []Label
	SHA256 string // of the file, in hex
}

// ReadLabels reads a labels file. Mistakes are *diag.Error with the line.
func ReadLabels(path string) (*Labels, error) {
	f, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return nil, diag.Errorf("labels: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read from
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, diag.At(path, 0, 0, "is a directory, not a file of labels")
	}
	sum := sha256.New()
	lines := jsonlines.NewReader(io.TeeReader(f, sum))
	out := &Labels{File: path}
	for {
		text, err := lines.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, diag.At(path, lines.Number(), 0, "cannot be read: %w", err)
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		l, err := parseLabel(text)
		if err != nil {
			return nil, diag.At(path, lines.Number(), 0, "%w", err).WithHint("%s", diag.HintOf(err))
		}
		l.line = lines.Number()
		out.List = append(out.List, l)
	}
	out.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if len(out.List) < 2 {
		return nil, diag.At(path, 0, 0, "holds %d labels, too few to compare", len(out.List)).WithHint(labelHint)
	}
	return out, nil
}

const labelHint = `a label is a line: {"case": "refund-01", "output": "…", "pass": true}`

func parseLabel(text []byte) (Label, error) {
	var l Label
	if err := decodeStrict(text, &l); err != nil {
		return l, labelProblem(text, err)
	}
	verdicts := 0
	for _, set := range []bool{l.Pass != nil, l.Label != nil, l.Score != nil} {
		if set {
			verdicts++
		}
	}
	switch {
	case l.Case == "":
		return l, diag.Errorf("the label names no case").WithHint(labelHint)
	case verdicts != 1:
		return l, diag.Errorf("the label has %d of pass, label and score, and must have one", verdicts).WithHint(labelHint)
	case l.Repeat < 0:
		return l, diag.Errorf("repeat is %d", l.Repeat).WithHint("repeats are counted from 0")
	}
	return l, nil
}

// labelProblem words what is wrong with a line.
func labelProblem(text []byte, err error) error {
	if name, ok := unknownField(err); ok {
		keys := []string{"case", "metric", "repeat", "output", "pass", "label", "score"}
		return diag.Errorf("unknown key %q of a label", name).WithHint("%s", cmp.Or(diag.DidYouMean(name, keys), "keys: "+strings.Join(keys, ", ")))
	}
	if _, rest := errors.AsType[*trailing](err); rest {
		return diag.Errorf("something follows the label").WithHint("write one JSON object per line")
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && kind.Field != "" {
		return diag.Errorf("%s cannot be %s", kind.Field, kind.Value).WithHint(labelHint)
	}
	return diag.Errorf("%s", diag.JSON("", text, err).Msg).WithHint(labelHint)
}
