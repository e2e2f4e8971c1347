// Package providertest holds what every provider is tested with.
//
// Conformance runs one table of abilities over a provider's client: system messages, parameters, JSON
// mode and schemas, tools, images, reasoning, usage, each streamed and in one piece, against a server on
// a loopback socket that answers from files in the provider's documented format:
//
//	func TestConformance(t *testing.T) {
//		providertest.Conformance(t, providertest.OpenAI, func(at providertest.Target) llm.Model {
//			return openai.New(openai.Config{BaseURL: at.BaseURL, Key: at.Key, HTTP: at.HTTP})
//		})
//	}
//
// A case is one txtar file, testdata/DIALECT/CASE.txtar: request.json is the request that must be sent,
// response.json and stream.txt are the two forms of the server's answer, and want.json is the
// llm.Response that both must give. With -providertest.update the two files that the client determines
// are written anew; read the difference before you commit it.
package providertest

import (
	"bytes"
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Target is the server that the model under test must ask.
type Target struct {
	BaseURL string
	Key     llm.Secret
	HTTP    *http.Client
}

// Conformance runs the suite. open makes the model under test, with or without the wire below it, which
// must send its requests through Target.HTTP's transport; the suite opens one for each case.
func Conformance(t *testing.T, d Dialect, open func(Target) llm.Model) {
	for _, c := range d.cases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Run("whole", func(t *testing.T) { c.whole(t, open) })
			t.Run("streamed", func(t *testing.T) { c.streamed(t, open) })
		})
	}
	t.Run("behaviour", func(t *testing.T) { behave(t, d, open) })
}

func (c *testCase) whole(t *testing.T, open func(Target) llm.Model) {
	s := c.serve(t)
	got, err := open(s.target()).Generate(context.Background(), c.request())
	if err != nil {
		t.Fatal(err)
	}
	if got.Timing.TTFT != 0 || got.Timing.Total <= 0 {
		t.Errorf("timing of an answer in one piece: %+v", got.Timing)
	}
	c.compare(t, s, got, false)
}

func (c *testCase) streamed(t *testing.T, open func(Target) llm.Model) {
	s := c.serve(t)
	req := c.request()
	var deltas deltas
	req.OnDelta = deltas.add
	got, err := open(s.target()).Generate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if len(deltas.all) > 0 && (got.Timing.TTFT <= 0 || got.Timing.Total < got.Timing.TTFT) {
		t.Errorf("timing of a stream: %+v", got.Timing)
	}
	deltas.compare(t, got)
	c.compare(t, s, got, true)
}

// compare checks the request that came and the response that it gave against the case's files.
func (c *testCase) compare(t *testing.T, s *server, got *llm.Response, streamed bool) {
	t.Helper()
	sent, want := s.onlyRequest(t), c.wantRequest(t, streamed)
	response := *got
	response.Timing = llm.Timing{}
	if *update && !streamed {
		c.write(t, "request.json", sent.body)
		c.write(t, "want.json", response)
		return
	}
	if diff := cmp.Diff(want, decode(t, sent.body)); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if f := c.request().Format; f != nil && !bytes.Contains(sent.body, f.Schema) {
		t.Errorf("the schema was sent with its keys in another order: %s", sent.body)
	}
	if diff := cmp.Diff(decode(t, c.file(t, "want.json")), decode(t, encode(t, response))); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	c.dialect.checkHead(t, sent, streamed)
}
