package provider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/anthropic"
	"github.com/llmops-toolkit/llmops/pkg/provider/openai"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
)

// Batching is what it takes to speak a provider's batch API: where it is, a client that has the key, and
// the language of single requests and answers, which is that of the provider's model.
type Batching struct {
	Kind    Kind // OpenAI or Anthropic
	Name    string
	Model   string       // what the provider calls it
	BaseURL string       // without a slash at its end; Anthropic's without /v1
	HTTP    *http.Client // puts the key on, speaks through the wire and follows no redirect
	Redact  func(string) string

	codec interface {
		Body(req *llm.Request) (json.RawMessage, error)
		Answer(req *llm.Request, body []byte) (*llm.Response, error)
	}
	bound bound
}

// Body is the JSON of a request as Open's model would send it.
func (b *Batching) Body(req *llm.Request) (json.RawMessage, error) {
	return b.codec.Body(b.bound.bind(req))
}

// Answer reads the JSON of an answer as Open's model would.
func (b *Batching) Answer(body []byte) (*llm.Response, error) {
	return b.codec.Answer(&llm.Request{Model: b.Model}, body)
}

// OpenBatching finds the batch API of a reference's provider. It sends nothing. A provider that has none
// is a *diag.Error, as are the mistakes that Open finds.
func OpenBatching(ref string, s Settings) (*Batching, error) {
	name, model, err := ParseRef(ref)
	if err != nil {
		return nil, err
	}
	if name == replayName {
		return nil, noBatching(name)
	}
	e, err := s.Lookup(name)
	if err != nil {
		return nil, err
	}
	if !s.hasBatching(e) {
		return nil, noBatching(name)
	}
	key, err := s.key(e)
	if err != nil {
		return nil, err
	}
	b := &Batching{Kind: e.Kind, Name: e.Name, Model: model, Redact: s.Redact, bound: bound{name: model, options: e.Options}}
	b.BaseURL = strings.TrimRight(e.BaseURL, "/")
	header := e.header()
	if e.Kind == Anthropic {
		b.BaseURL = strings.TrimSuffix(b.BaseURL, "/v1")
		b.codec = anthropic.New(anthropic.Config{Name: e.Name, BaseURL: e.BaseURL, Now: s.Now})
		setDefault(header, "Anthropic-Version", anthropicVersion)
		setDefault(header, "X-Api-Key", key.Reveal())
	} else {
		b.codec = openai.New(openai.Config{Name: e.Name, BaseURL: e.BaseURL, Now: s.Now})
		setDefault(header, "Authorization", bearer(key))
	}
	b.HTTP = &http.Client{Transport: &authorized{next: wire.New(s.batchWire(e)), header: header, query: e.query()}}
	return b, nil
}

// anthropicVersion is the version of the API that batches are spoken in.
const anthropicVersion = "2023-06-01"

// batchWire gives uploads time: hundreds of megabytes go out before the first byte comes back.
func (s Settings) batchWire(e Entry) wire.Config {
	c := s.wire(e)
	if c.FirstByte == 0 {
		c.FirstByte = time.Hour
	}
	if c.Total == 0 {
		c.Total = 6 * time.Hour
	}
	return c
}

func bearer(key llm.Secret) string {
	if key.IsZero() {
		return ""
	}
	return "Bearer " + key.Reveal()
}

func setDefault(h http.Header, name, value string) {
	if value != "" && h.Get(name) == "" {
		h.Set(name, value)
	}
}

// hasBatching tells whether a provider may have a batch API: Anthropic's servers, OpenAI's and Groq's, and
// servers at an address of the user's own that speak one of the two languages, which only asking tells.
func (s Settings) hasBatching(e Entry) bool {
	switch e.Kind {
	case Anthropic:
		return true
	case OpenAI:
		return e.Name == "openai" || e.Name == "groq" || s.Providers[e.Name].BaseURL != ""
	}
	return false
}

func noBatching(name string) error {
	return diag.Errorf("provider %s has no batch API that llmops speaks", name).
		WithHint("OpenAI's and Anthropic's are spoken; llmops batch run asks any provider, at its ordinary price")
}

// authorized puts the key and what else the provider's entry says on each request.
type authorized struct {
	next   http.RoundTripper
	header http.Header
	query  url.Values
}

// RoundTrip implements http.RoundTripper.
func (a *authorized) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	for name, values := range a.header {
		req.Header[name] = values
	}
	if len(a.query) > 0 {
		query := req.URL.Query()
		for name, values := range a.query {
			query[name] = values
		}
		req.URL.RawQuery = query.Encode()
	}
	return a.next.RoundTrip(req)
}
