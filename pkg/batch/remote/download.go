package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// resultLine is a line of results, of either API.
type resultLine struct {
	CustomID string `json:"custom_id"`

	Response *struct { // OpenAI's
		Status int             `json:"status_code"`
		Body   json.RawMessage `json:"body"`
	} `json:"response"`
	Error json.RawMessage `json:"error"`

	Result *struct { // Anthropic's
		Type    string          `json:"type"`
		Message json.RawMessage `json:"message"`
		Error   json.RawMessage `json:"error"`
	} `json:"result"`
}

// download reads a file of results, line by line.
func (s server) download(ctx context.Context, path string, each func(l *resultLine) error) error {
	req, err := s.request(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/x-jsonl")
	resp, err := s.HTTP.Do(req)
	if err != nil {
		return s.fault(err)
	}
	defer resp.Body.Close()
	in := jsonlines.NewReader(resp.Body)
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return s.fault(err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var l resultLine
		if err := json.Unmarshal(line, &l); err != nil {
			if in.Torn() {
				return &llm.Error{Kind: llm.KindTruncated, Provider: s.Name, Message: "the file of results ended in the middle of a line"}
			}
			return s.malformed("a line of the results is not JSON")
		}
		if l.CustomID == "" {
			return s.malformed("a line of the results has no custom_id")
		}
		if err := each(&l); err != nil {
			return err
		}
	}
}

func asError(err error) (*llm.Error, bool) { return errors.AsType[*llm.Error](err) }
