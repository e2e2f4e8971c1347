package openai_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/openai"
)

func TestEmbed(t *testing.T) {
	for name, c := range map[string]struct{ body, err string }{
		"in order":     {`{"model":"e-1","data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[0,1]}],"usage":{"prompt_tokens":4,"total_tokens":4}}`, ""},
		"out of order": {`{"model":"e-1","data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}],"usage":{"prompt_tokens":4,"total_tokens":4}}`, ""},
		"no index":     {`{"model":"e-1","data":[{"embedding":[1,0]},{"embedding":[0,1]}],"usage":{"prompt_tokens":4,"total_tokens":4}}`, ""},
		"too few":      {`{"data":[{"index":0,"embedding":[1,0]}]}`, "openai: malformed response: the answer has not one vector a text"},
		"two lengths":  {`{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[1]}]}`, "openai: malformed response: the answer has vectors of different lengths"},
		"twice":        {`{"data":[{"index":0,"embedding":[1,0]},{"index":0,"embedding":[1,0]}]}`, "openai: malformed response: the answer numbers its vectors wrongly"},
		"index of 7":   {`{"data":[{"index":7,"embedding":[1,0]},{"index":0,"embedding":[1,0]}]}`, "openai: malformed response: the answer numbers its vectors wrongly"},
	} {
		t.Run(name, func(t *testing.T) {
			var sent, path string
			client := openai.New(openai.Config{HTTP: &http.Client{Transport: transport(func(r *http.Request, body string) (string, error) {
				sent, path = body, r.URL.Path
				return c.body, nil
			})}})
			got, err := client.Embed(context.Background(), &llm.EmbedRequest{Model: "e", Texts: []string{"a", "b"}, Options: map[string]any{"dimensions": 2}})
			if path != "/v1/embeddings" || field(t, sent, "input") != `["a","b"]` || field(t, sent, "dimensions") != "2" || field(t, sent, "model") != `"e"` {
				t.Errorf("sent %s to %s", sent, path)
			}
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Errorf("error %v, want %s", err, c.err)
				}
				return
			}
			want := &llm.Embedding{Vectors: [][]float32{{1, 0}, {0, 1}}, Model: "e-1", Usage: &llm.Usage{UncachedInput: 4}}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		})
	}
}

const logProbsBody = `{"id":"1","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"4"},"finish_reason":"stop",
	"logprobs":{"content":[{"token":"4","logprob":-0.5,"top_logprobs":[{"token":"4","logprob":-0.5},{"token":"5","logprob":-1}]}]}}]}`

func TestLogProbs(t *testing.T) {
	var sent string
	client := openai.New(openai.Config{HTTP: &http.Client{Transport: transport(func(_ *http.Request, body string) (string, error) {
		sent = body
		return logProbsBody, nil
	})}})
	req := say("m")
	req.LogProbs = 50
	got, err := client.Generate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if field(t, sent, "logprobs") != "true" || field(t, sent, "top_logprobs") != "20" {
		t.Errorf("sent %s", sent)
	}
	want := []llm.TokenProb{{Token: "4", LogProb: -0.5, Top: []llm.TokenProb{{Token: "4", LogProb: -0.5}, {Token: "5", LogProb: -1}}}}
	if diff := cmp.Diff(want, got.LogProbs); diff != "" || len(got.Parts) != 1 {
		t.Errorf("%s, parts %+v", diff, got.Parts)
	}
}

// A model that refuses log-probabilities is asked without, and not asked for them again.
func TestLogProbsRefused(t *testing.T) {
	calls := 0
	client := openai.New(openai.Config{HTTP: &http.Client{Transport: transport(func(_ *http.Request, body string) (string, error) {
		calls++
		if strings.Contains(body, "logprobs") {
			return "", refusing("'logprobs' is not supported with this model")
		}
		return hello, nil
	})}})
	req := say("o3")
	req.LogProbs = 5
	for range 2 {
		got, err := client.Generate(context.Background(), req)
		if err != nil || got.Text() != "hi" || got.LogProbs != nil {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if calls != 3 {
		t.Errorf("%d calls, want 3", calls)
	}
}
