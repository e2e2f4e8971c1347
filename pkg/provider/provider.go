// Package provider opens models: it knows the list of providers, which client speaks to each, and puts
// the wire below every one. Start with Open:
//
//	m, err := provider.Open("openai/gpt-4o-2024-08-06", provider.Settings{Key: key})
//
// To add a provider that speaks one of the known languages, add a line to builtin; to add a language, add
// a case to connect.
package provider

import (
	"net/http"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/anthropic"
	"github.com/llmops-toolkit/llmops/pkg/provider/gemini"
	"github.com/llmops-toolkit/llmops/pkg/provider/openai"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
)

// Open makes the model that a reference names: provider/model, where the model's name may itself hold
// slashes and colons (openrouter/meta-llama/llama-3:free). It sends nothing. The model answers under its
// own name, whatever Request.Model says.
//
// A reference that makes no sense, an unknown provider and a mistake in its entry are a *diag.Error; a
// key that is not there is an *llm.Error of KindAuth that names the variable to set.
func Open(ref string, s Settings) (llm.Model, error) {
	name, model, err := ParseRef(ref)
	if err != nil {
		return nil, err
	}
	if name == replayName {
		return s.replay(model)
	}
	e, err := s.Lookup(name)
	if err != nil {
		return nil, err
	}
	key, err := s.key(e)
	if err != nil {
		return nil, err
	}
	return &bound{Model: s.connect(e, key), name: model, options: e.Options}, nil
}

// ParseRef splits a reference into the provider and what the provider calls the model.
func ParseRef(ref string) (provider, model string, err error) {
	provider, model, found := strings.Cut(ref, "/")
	if !found || provider == "" || model == "" {
		return "", "", diag.Errorf("%q is not a model reference", ref).
			WithHint("write provider/model, such as openai/gpt-4o-2024-08-06 or ollama/llama3.2")
	}
	return provider, model, nil
}

// connect makes the client of an entry, by the language it speaks.
func (s Settings) connect(e Entry, key llm.Secret) llm.Model {
	hc := &http.Client{Transport: wire.New(s.wire(e))}
	header, query := e.header(), e.query()
	switch e.Kind {
	case Anthropic:
		return anthropic.New(anthropic.Config{Name: e.Name, BaseURL: e.BaseURL, Key: key, HTTP: hc, Header: header, Query: query, Now: s.Now})
	case Gemini:
		return gemini.New(gemini.Config{Name: e.Name, BaseURL: e.BaseURL, Key: key, HTTP: hc, Header: header, Query: query, Now: s.Now})
	}
	c := openai.Config{Name: e.Name, BaseURL: e.BaseURL, Key: key, HTTP: hc, Header: header, Query: query, Now: s.Now}
	if e.Kind == Azure {
		c.AzureVersion = query.Get(azureVersionKey)
		query.Del(azureVersionKey) // the client adds it
	}
	return openai.New(c)
}

func (s Settings) wire(e Entry) wire.Config {
	t := e.Timeouts.over(s.Timeouts)
	c := wire.Config{
		Provider: e.Name, KeyVar: e.APIKeyEnv, Base: s.Transport, Redact: s.Redact, Now: s.Now,
		FirstByte: t.FirstByte, Idle: t.Idle, Total: t.Total, MaxBytes: s.MaxBytes,
	}
	switch e.Kind {
	case Anthropic:
		c.Dialect = wire.Anthropic
	case Gemini:
		c.Dialect = wire.Gemini
	}
	return c
}

const replayName = "replay"

func (s Settings) replay(ref string) (llm.Model, error) {
	name, opts, err := replay.ParseRef(ref)
	if err != nil {
		return nil, err
	}
	path := name
	if s.Recording != nil {
		if path, err = s.Recording(name); err != nil {
			return nil, err
		}
	}
	return replay.Open(path, opts)
}
