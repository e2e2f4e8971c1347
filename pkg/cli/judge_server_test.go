package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// newJudgeServer starts a server that speaks OpenAI's API and judges by words of the answer: one that holds
// GOOD is good, RANGE gets a grade that is on no scale, MUTE a verdict in prose, OUTAGE a 500, BIAS wins
// where it stands first. Models: logprobs gives log-probabilities, nologprobs refuses them. Who asks no judge's
// question gets its own text back. Embeddings count letters.
func newJudgeServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(judge))
	t.Cleanup(s.Close)
	return s.URL
}

type judgeRequest struct {
	Model    string
	Messages []struct{ Role, Content string }
	LogProbs bool
	Input    []string

	ResponseFormat struct {
		JSONSchema struct {
			Name   string
			Schema json.RawMessage
		} `json:"json_schema"`
	} `json:"response_format"`
}

func judge(w http.ResponseWriter, r *http.Request) {
	var req judgeRequest
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		http.Error(w, `{"error": {"message": "not JSON"}}`, http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/embeddings") {
		embed(w, req)
		return
	}
	system, user := "", req.Messages[len(req.Messages)-1].Content
	if len(req.Messages) > 1 {
		system = req.Messages[0].Content
	}
	verdict, logprobs := verdictOn(system, user), "null"
	switch {
	case strings.Contains(user, "OUTAGE") && system != "":
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"error": {"message": "down"}}`)
		return
	case req.LogProbs && strings.HasPrefix(req.Model, "nologprobs"):
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error": {"message": "logprobs are not supported with this model"}}`)
		return
	case req.LogProbs && strings.HasPrefix(req.Model, "logprobs"): // 0.5, 0.25, and a word that is no grade
		logprobs = `{"content": [{"token": "4", "logprob": -0.69314718, "top_logprobs": [
			{"token": "4", "logprob": -0.69314718}, {"token": "2", "logprob": -1.38629436}, {"token": "four", "logprob": -1.4}]}]}`
	}
	in := 100
	if c, err := tokens.For(req.Model); err == nil { // as the estimate counts
		call := &llm.Request{Model: req.Model}
		if f := req.ResponseFormat.JSONSchema; f.Schema != nil {
			call.Format = &llm.Format{Type: llm.FormatSchema, Name: f.Name, Schema: f.Schema}
		}
		for _, m := range req.Messages {
			call.Messages = append(call.Messages, llm.Text(llm.Role(m.Role), m.Content))
		}
		in = c.CountRequest(call).Tokens
	}
	fmt.Fprintf(w, `{"id": "1", "created": 1, "model": "judge-1", "object": "chat.completion",
		"choices": [{"index": 0, "finish_reason": "stop", "logprobs": %s, "message": {"role": "assistant", "content": %s}}],
		"usage": {"prompt_tokens": %d, "completion_tokens": 10, "total_tokens": %d}}`, logprobs, quoted(verdict), in, in+10)
}

func verdictOn(system, user string) string {
	good, grade := strings.Contains(user, "GOOD"), 1
	if good {
		grade = 5
	}
	if strings.Contains(user, "RANGE") {
		grade = 9
	}
	word := map[bool]string{true: "yes", false: "no"}[good]
	switch {
	case system == "":
		return user
	case strings.Contains(user, "MUTE"):
		return "I would say that this is fine."
	case strings.Contains(system, "alone: one whole number"):
		if good {
			return "4"
		}
		return fmt.Sprint(grade)
	case strings.Contains(system, "You grade answers"):
		return fmt.Sprintf(`{"reason": "it is what it is", "score": %d}`, grade)
	case strings.Contains(system, "against one criterion"):
		return "```json\n" + fmt.Sprintf(`{"reason": "so", "verdict": %q}`, word) + "\n```"
	case strings.Contains(system, "You compare the facts"):
		return fmt.Sprintf(`{"reason": "so", "choice": %q}`, map[bool]string{true: "C", false: "D"}[good])
	case strings.Contains(system, "You compare two answers"):
		first, _, _ := strings.Cut(user, "<<end first")
		winner := "B"
		if strings.Contains(user, "BIAS") || strings.Contains(first, "GOOD") {
			winner = "A"
		}
		return fmt.Sprintf(`{"reason": "better", "winner": %q}`, winner)
	case strings.Contains(system, "You name the"):
		_, labels, _ := strings.Cut(system, "fits best:\n\n- ")
		label, _, _ := strings.Cut(labels, "\n")
		if !good {
			label = "other"
		}
		return fmt.Sprintf(`{"reason": "so", "label": %q}`, label)
	case strings.Contains(system, "break an answer down"):
		return `{"claims": ["The sky is blue.", "Grass is pink."]}`
	case strings.Contains(system, "You check claims"), strings.Contains(system, "You look at passages"):
		return `{"verdicts": [1, 0]}`
	case strings.Contains(system, "Split the right answer"):
		return `{"statements": [{"statement": "a", "attributed": 1}, {"statement": "b", "attributed": 0}, {"statement": "c", "attributed": 1}, {"statement": "d", "attributed": 1}]}`
	case strings.Contains(system, "different questions"):
		return `{"questions": ["q", "qu", "que"], "noncommittal": false}`
	}
	return "?"
}

func embed(w http.ResponseWriter, req judgeRequest) {
	var data []string
	for i, text := range req.Input {
		vector := make([]int, 26)
		for _, r := range strings.ToLower(text) {
			if 'a' <= r && r <= 'z' {
				vector[r-'a']++
			}
		}
		data = append(data, fmt.Sprintf(`{"object": "embedding", "index": %d, "embedding": %s}`, i, strings.ReplaceAll(fmt.Sprint(vector), " ", ", ")))
	}
	fmt.Fprintf(w, `{"object": "list", "model": "embed-1", "data": [%s], "usage": {"prompt_tokens": %d, "total_tokens": %d}}`,
		strings.Join(data, ", "), len(data), len(data))
}
