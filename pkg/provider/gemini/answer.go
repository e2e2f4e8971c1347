package gemini

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

const extraProvider = "gemini"

// answer is a whole answer, or one event of a stream.
type answer struct {
	Candidates     []candidate     `json:"candidates"`
	PromptFeedback json.RawMessage `json:"promptFeedback"`
	UsageMetadata  *usage          `json:"usageMetadata"`
	ModelVersion   string          `json:"modelVersion"`
	ResponseID     string          `json:"responseId"`
}

type candidate struct {
	Index   int `json:"index"`
	Content struct {
		Parts []part `json:"parts"`
	} `json:"content"`
	FinishReason string `json:"finishReason"`

	Grounding  json.RawMessage `json:"groundingMetadata"`
	URLContext json.RawMessage `json:"urlContextMetadata"`
	Citations  json.RawMessage `json:"citationMetadata"`
	LogProbs   json.RawMessage `json:"logprobsResult"`
}

// whole takes an answer in one piece.
func whole(body io.Reader, t *turn) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if err := t.read(raw); err != nil {
		return err
	}
	return t.finish()
}

// stream takes an answer event by event. The wire has made each event one line of data.
func stream(body io.Reader, t *turn) error {
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadBytes('\n')
		if data, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("data:")); ok && err == nil {
			if err := t.read(data); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if t.reason == "" && !t.blocked {
		return &llm.Error{Kind: llm.KindTruncated, Message: "the stream ended without a finish reason"}
	}
	return t.finish()
}
