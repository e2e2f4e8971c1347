package gemini

import (
	"encoding/json"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// turn gathers up one answer, in one piece or event by event.
type turn struct {
	col     *llm.Collector
	calls   int
	content bool // there is more than thoughts
	asked   bool // Request.LogProbs asked for log-probabilities
	reason  string
	blocked bool      // the prompt was refused
	last    candidate // for the metadata, of which the newest counts
}

func (t *turn) read(raw []byte) error {
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	r := &t.col.Response
	if a.ResponseID != "" {
		r.ID = a.ResponseID
	}
	if a.ModelVersion != "" {
		r.Model = a.ModelVersion
	}
	if a.UsageMetadata != nil {
		r.Usage = a.UsageMetadata.buckets()
	}
	t.feedback(a.PromptFeedback)
	for _, c := range a.Candidates {
		if c.Index != 0 {
			continue // options asked for several answers; there is room for one
		}
		if err := t.candidate(c); err != nil {
			return err
		}
	}
	return nil
}

// feedback is there for every prompt, but has a blockReason only for a refused one.
func (t *turn) feedback(raw json.RawMessage) {
	var f struct {
		BlockReason string `json:"blockReason"`
	}
	if len(raw) > 0 && json.Unmarshal(raw, &f) == nil && f.BlockReason != "" {
		t.blocked = true
		t.col.Reason = f.BlockReason
		t.extra("promptFeedback", raw)
	}
}

func (t *turn) candidate(c candidate) error {
	for _, p := range c.Content.Parts {
		if err := t.part(p); err != nil {
			return err
		}
	}
	if c.FinishReason != "" {
		t.reason = c.FinishReason
	}
	newest(&t.last.Grounding, c.Grounding)
	newest(&t.last.URLContext, c.URLContext)
	newest(&t.last.Citations, c.Citations)
	newest(&t.last.LogProbs, c.LogProbs)
	return nil
}

func newest(kept *json.RawMessage, raw json.RawMessage) {
	if len(raw) > 0 && string(raw) != "null" {
		*kept = raw
	}
}

func (t *turn) part(p part) error {
	if p.ThoughtSignature != "" && !p.Thought {
		t.col.Break()
		t.col.Sign(p.ThoughtSignature)
	}
	switch {
	case p.Thought && p.Text != nil:
		err := t.col.Reasoning(*p.Text)
		t.col.Sign(p.ThoughtSignature)
		return err
	case p.Text != nil:
		t.content = t.content || *p.Text != ""
		return t.col.Text(*p.Text)
	}
	t.content = true
	switch {
	case p.FunctionCall != nil:
		return t.call(p.FunctionCall)
	case p.InlineData != nil:
		t.col.Part(llm.Part{Media: &llm.Media{MIME: p.InlineData.MimeType, Data: p.InlineData.Data}})
	case p.FileData != nil:
		t.col.Part(llm.Part{Media: &llm.Media{MIME: p.FileData.MimeType, URL: p.FileData.FileURI}})
	case p.ExecutableCode != nil:
		t.extra("executableCode", p.ExecutableCode)
	case p.CodeResult != nil:
		t.extra("codeExecutionResult", p.CodeResult)
	}
	return nil
}

// call hands on a function call, which comes whole.
func (t *turn) call(f *functionCall) error {
	args := string(f.Args)
	if args == "" || args == "null" {
		args = "{}"
	}
	t.calls++
	return t.col.ToolCall(t.calls-1, llm.ToolCall{ID: f.ID, Name: f.Name, Arguments: args})
}

func (t *turn) extra(kind string, data json.RawMessage) {
	t.col.Part(llm.Part{Extra: &llm.Extra{Provider: extraProvider, Type: kind, Data: data}})
}

// finish looks what the answer is, once it is whole. One without content is never a success: stopping
// without a word is an error that may pass when it is tried again.
func (t *turn) finish() error {
	if t.asked {
		t.col.Response.LogProbs, t.last.LogProbs = logProbs(t.last.LogProbs), nil
	}
	for _, m := range []struct {
		kind string
		data json.RawMessage
	}{
		{"groundingMetadata", t.last.Grounding},
		{"urlContextMetadata", t.last.URLContext},
		{"citationMetadata", t.last.Citations},
		{"logprobsResult", t.last.LogProbs},
	} {
		if len(m.data) > 0 {
			t.extra(m.kind, m.data)
		}
	}
	r := &t.col.Response
	if t.blocked && t.reason == "" {
		r.FinishReason = llm.FinishContentFilter
		return nil
	}
	r.FinishReason = finishReason(t.reason)
	t.col.Reason = t.reason
	if !t.content && (r.FinishReason == llm.FinishStop || r.FinishReason == llm.FinishUnknown) {
		r.FinishReason = llm.FinishError
		return &llm.Error{Kind: llm.KindEmpty, Code: t.reason, Message: "the answer has no content"}
	}
	return nil
}
