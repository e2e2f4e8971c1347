package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// line is an answer as the Recorder writes it; entry is the other direction.
type line struct {
	Case       string     `json:"case,omitempty"`
	Repeat     *int       `json:"repeat,omitempty"`
	Request    string     `json:"request"`
	Model      string     `json:"model,omitempty"`
	Output     *string    `json:"output,omitempty"`
	Parts      []llm.Part `json:"parts,omitempty"`
	Finish     string     `json:"finish_reason,omitempty"`
	Usage      *llm.Usage `json:"usage"`
	Latency    float64    `json:"latency_ms,omitempty"`
	TTFT       float64    `json:"ttft_ms,omitempty"`
	ID         string     `json:"id,omitempty"`
	Attempts   int        `json:"attempts,omitempty"`
	Incomplete bool       `json:"incomplete,omitempty"`
	Failure    *failure   `json:"error,omitempty"`

	LogProbs []llm.TokenProb `json:"logprobs,omitempty"`
}

func newLine(req *llm.Request, resp *llm.Response, failed error, redact func(string) string) *line {
	l := &line{Case: req.Case, Request: req.Hash()}
	if req.Case != "" || req.Repeat > 0 {
		l.Repeat = &req.Repeat
	}
	if resp != nil {
		l.answer(resp, redact)
		l.Incomplete = failed != nil
	}
	if failed != nil {
		l.Failure = newFailure(failed, redact)
	}
	return l
}

func (l *line) answer(resp *llm.Response, redact func(string) string) {
	parts := redactParts(resp.Parts, redact)
	text := (&llm.Response{Parts: parts}).Text()
	l.Output = &text
	if len(parts) > 1 || len(parts) == 1 && !isText(parts[0]) {
		l.Parts = parts
	}
	l.Model, l.Finish, l.Usage = resp.Model, string(resp.FinishReason), resp.Usage
	l.ID, l.Attempts, l.LogProbs = resp.ID, resp.Attempts, resp.LogProbs
	l.Latency, l.TTFT = milliseconds(resp.Timing.Total), milliseconds(resp.Timing.TTFT)
}

func isText(p llm.Part) bool { return p == llm.Part{Text: p.Text} }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func newFailure(err error, redact func(string) string) *failure {
	var e *llm.Error
	if !errors.As(err, &e) {
		return nil
	}
	return &failure{Kind: string(e.Kind), Message: redact(e.Message), Provider: e.Provider, Model: e.Model, Code: e.Code, Status: e.Status}
}

// number gives the line its repeat: its own, or the next free one when that may be taken.
func (l *line) number(next int, known bool) {
	if known && l.repeat() < next {
		l.Repeat = &next
	}
}

func (l *line) repeat() int {
	if l.Repeat == nil {
		return 0
	}
	return *l.Repeat
}

func (l *line) encode(redact func(string) string) ([]byte, error) { return encode(l, redact) }

// encode writes one line of JSON. Texts were redacted one by one, where a key stands between quotes or
// line ends; here the whole line passes once more, for what stands in a name or an id.
func encode(v any, redact func(string) string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	clean := []byte(redact(b.String()))
	if !bytes.Equal(clean, b.Bytes()) && (!json.Valid(clean) || bytes.Count(clean, []byte("\n")) != 1) {
		return nil, errors.New("the answer holds a secret that cannot be taken out; it is not recorded")
	}
	return clean, nil
}

// redactParts copies the parts with every text of theirs redacted.
func redactParts(parts []llm.Part, redact func(string) string) []llm.Part {
	out := slices.Clone(parts)
	for i := range out {
		p := &out[i]
		p.Text = redact(p.Text)
		if p.ToolCall != nil {
			p.ToolCall = &llm.ToolCall{ID: p.ToolCall.ID, Name: p.ToolCall.Name, Arguments: redact(p.ToolCall.Arguments)}
		}
		if p.ToolResult != nil {
			r := *p.ToolResult
			r.Content = redact(r.Content)
			p.ToolResult = &r
		}
		if p.Reasoning != nil {
			r := *p.Reasoning
			r.Text = redact(r.Text)
			p.Reasoning = &r
		}
	}
	return out
}
