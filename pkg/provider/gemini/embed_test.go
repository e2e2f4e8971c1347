package gemini_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/gemini"
)

func TestEmbed(t *testing.T) {
	var sent []string
	client := gemini.New(gemini.Config{HTTP: &http.Client{Transport: transport(func(r *http.Request, body string) string {
		sent = append(sent, r.URL.Path+" "+body)
		n := strings.Count(body, `"text"`)
		return `{"embeddings":[` + strings.TrimSuffix(strings.Repeat(`{"values":[1,0]},`, n), ",") + `]}`
	})}})
	texts := make([]string, 101)
	for i := range texts {
		texts[i] = fmt.Sprint("text ", i)
	}
	got, err := client.Embed(context.Background(), &llm.EmbedRequest{Model: "gemini-embedding-001", Texts: texts, Options: map[string]any{"taskType": "SEMANTIC_SIMILARITY"}})
	if err != nil || len(got.Vectors) != 101 || got.Usage != nil {
		t.Fatalf("%+v, %v", got, err)
	}
	if len(sent) != 2 || !strings.HasPrefix(sent[0], "/v1beta/models/gemini-embedding-001:batchEmbedContents ") ||
		!strings.Contains(sent[1], `"text 100"`) || !strings.Contains(sent[1], `"taskType":"SEMANTIC_SIMILARITY"`) || !strings.Contains(sent[1], `"model":"models/gemini-embedding-001"`) {
		t.Errorf("sent %q", sent[1:])
	}
	_, err = answering(`{"embeddings":[]}`).Embed(context.Background(), &llm.EmbedRequest{Model: "m", Texts: []string{"a"}})
	if err == nil || err.Error() != "gemini: malformed response: the answer has not one vector a text" {
		t.Errorf("error %v", err)
	}
}

func TestLogProbs(t *testing.T) {
	var sent string
	client := gemini.New(gemini.Config{HTTP: &http.Client{Transport: transport(func(_ *http.Request, body string) string {
		sent = body
		return `{"candidates":[{"content":{"parts":[{"text":"4"}]},"finishReason":"STOP","logprobsResult":{
			"chosenCandidates":[{"token":"4","logProbability":-0.5}],
			"topCandidates":[{"candidates":[{"token":"4","logProbability":-0.5},{"token":"5","logProbability":-1}]}]}}]}`
	})}})
	req := say("hi")
	req.LogProbs = 5
	got, err := client.Generate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(sent, `"responseLogprobs":true,"logprobs":5`) {
		t.Errorf("sent %s", sent)
	}
	want := []llm.TokenProb{{Token: "4", LogProb: -0.5, Top: []llm.TokenProb{{Token: "4", LogProb: -0.5}, {Token: "5", LogProb: -1}}}}
	if diff := cmp.Diff(want, got.LogProbs); diff != "" || len(got.Parts) != 1 {
		t.Errorf("%s, parts %+v", diff, got.Parts)
	}
}
