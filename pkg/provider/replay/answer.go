package replay

import (
	"encoding/json"
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// answer makes of a line what Generate returns: the Response, the recorded error, or a part of an answer
// and the error that ended it. err is a mistake in the line.
func (e *entry) answer() (resp *llm.Response, failed, err error) {
	failed = e.failed()
	if e.Output == nil && e.Parts == nil {
		return nil, failed, nil
	}
	parts, err := e.parts()
	if err != nil {
		return nil, nil, err
	}
	resp = &llm.Response{
		Parts: parts, FinishReason: llm.FinishReason(e.Finish), Model: e.Model, ID: e.ID,
		Usage: e.Usage, Timing: llm.Timing{TTFT: e.TTFT, Total: e.Latency}, Attempts: e.Attempts,
	}
	if e.LogProbs != nil && json.Unmarshal(e.LogProbs, &resp.LogProbs) != nil {
		return nil, nil, errors.New("logprobs are not a list of tokens, as --record writes them")
	}
	if resp.FinishReason == "" && failed == nil {
		resp.FinishReason = usualFinish(resp)
	}
	return resp, failed, nil
}

// usualFinish is how a whole answer ends when the recording does not say.
func usualFinish(r *llm.Response) llm.FinishReason {
	if len(r.ToolCalls()) > 0 {
		return llm.FinishToolCalls
	}
	return llm.FinishStop
}

// parts decodes the answer. Output beside parts is their text, repeated for readers and scripts.
func (e *entry) parts() ([]llm.Part, error) {
	var text string
	if e.Output != nil {
		if err := json.Unmarshal(e.Output, &text); err != nil {
			return nil, err
		}
	}
	if e.Parts == nil {
		if text == "" {
			return nil, nil
		}
		return []llm.Part{{Text: text}}, nil
	}
	var parts []llm.Part
	if err := json.Unmarshal(e.Parts, &parts); err != nil {
		return nil, errors.New("parts are not a list of answer parts, as --record writes them")
	}
	if whole := (&llm.Response{Parts: parts}).Text(); e.Output != nil && whole != text {
		return nil, errors.New("output and the text of parts differ; change both, or leave out output")
	}
	return parts, nil
}

// failed is the recorded error, or nil.
func (e *entry) failed() error {
	again := false // the recording would give the same
	switch f := e.Failure; {
	case f != nil:
		err := &llm.Error{Kind: llm.ErrorKind(f.Kind), Provider: f.Provider, Model: f.Model, Status: f.Status, Code: f.Code, Message: f.Message, ShouldRetry: &again}
		if err.Provider == "" {
			err.Provider = "replay"
		}
		return err
	case e.Incomplete:
		return &llm.Error{Kind: llm.KindTruncated, Provider: "replay", Model: e.Model, Message: "the answer was recorded incomplete", ShouldRetry: &again}
	}
	return nil
}
