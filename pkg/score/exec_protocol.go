package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// execSample is what a program gets.
type execSample struct {
	ID        string          `json:"id"`
	Input     string          `json:"input,omitempty"`
	Vars      map[string]any  `json:"vars,omitempty"`
	Messages  []llm.Message   `json:"messages,omitempty"`
	Output    string          `json:"output"`
	ToolCalls []llm.ToolCall  `json:"tool_calls,omitempty"`
	Expected  []string        `json:"expected,omitempty"`
	Intent    string          `json:"expected_intent,omitempty"`
	Tone      string          `json:"expected_tone,omitempty"`
	Schema    json.RawMessage `json:"schema,omitempty"`
	Context   []string        `json:"context,omitempty"`
	Retrieved []string        `json:"retrieved,omitempty"`
	Usage     *llm.Usage      `json:"usage"`
	LatencyMS *float64        `json:"latency_ms"`
	CostUSD   *llm.Money      `json:"cost_usd"`
}

func execInput(s *Sample) ([]byte, error) {
	in := execSample{
		ID: s.ID, Input: s.Input, Vars: s.Vars, Messages: s.Messages, Output: s.Output, Expected: s.Expected, Intent: s.Intent,
		Tone: s.Tone, Schema: s.Schema, Context: s.Context, Retrieved: s.Retrieved, CostUSD: s.Cost,
	}
	if s.Response != nil {
		in.ToolCalls, in.Usage = s.Response.ToolCalls(), s.Response.Usage
	}
	if d := s.latency(); d > 0 {
		took := ms(d)
		in.LatencyMS = &took
	}
	return json.Marshal(in)
}

// execVerdict is what a program answers.
type execVerdict struct {
	Score    *float64 `json:"score"`
	Pass     *bool    `json:"pass"`
	Reason   string   `json:"reason"`
	Unscored string   `json:"unscored"` // why the program cannot say
}

func readExecVerdict(out []byte) (execVerdict, error) {
	var v execVerdict
	text := strings.TrimSpace(string(out))
	if text == "" {
		return v, errors.New("wrote nothing")
	}
	if _, err := metric.ReadJSON(text); err != nil {
		return v, fmt.Errorf("wrote no JSON: %w", err)
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, errors.New(`wrote another JSON than {"score": number, "pass": true or false, "reason": text}`)
	}
	if v.Score == nil && v.Pass == nil && v.Unscored == "" {
		return v, errors.New("gave neither score nor pass")
	}
	return v, nil
}

// outcome makes a pass of a score alone by the threshold (1 unless given), and a score of a pass alone.
func (v execVerdict) outcome(threshold *float64) Outcome {
	if v.Unscored != "" {
		return unscored("%s", oneLine(v.Unscored))
	}
	limit := 1.0
	if threshold != nil {
		limit = *threshold
	}
	o := Outcome{Why: oneLine(v.Reason)}
	switch {
	case v.Score == nil:
		o.Pass = *v.Pass
		o.Value = map[bool]float64{true: 1}[o.Pass]
	case math.IsInf(*v.Score, 0):
		return unscored("the score is no finite number")
	default:
		o.Value, o.Pass = *v.Score, *v.Score >= limit
		if v.Pass != nil {
			o.Pass = *v.Pass
		}
	}
	if !o.Pass && o.Why == "" {
		o.Why = fmt.Sprintf("the program gives %g", o.Value)
	}
	return o
}
