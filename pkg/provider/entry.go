package provider

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Kind is the language that a server speaks.
type Kind string

// The kinds. OpenAI is the default, and Azure its dialect at Azure's addresses.
const (
	OpenAI    Kind = "openai"
	Anthropic Kind = "anthropic"
	Gemini    Kind = "gemini"
	Azure     Kind = "azure"
)

// Entry describes a server, as an entry under providers: in llmops.yaml does. What is left zero comes
// from the built-in entry of the same name, else from its kind.
type Entry struct {
	Name      string // set by Lookup
	Kind      Kind
	BaseURL   string
	APIKeyEnv string // the variable that holds the key; "" in an entry of the user's own: no key is needed
	// KeyOptional says that the server is asked without a key when there is none.
	KeyOptional bool
	Key         llm.Secret            // the key itself, where it is at hand
	Headers     map[string]llm.Secret // added to every request
	Query       map[string]string     // added to every address
	Options     map[string]any        // laid under Request.Options
	Timeouts    Timeouts
}

// Names lists the providers that Open knows, sorted.
func (s Settings) Names() []string {
	names := map[string]bool{replayName: true}
	for name := range s.Providers {
		names[name] = true
	}
	for _, e := range builtin() {
		names[e.Name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Lookup gives the whole entry of a provider: the user's over the built-in one over what its kind implies.
func (s Settings) Lookup(name string) (Entry, error) {
	below, known := builtinEntry(name)
	e, named := s.Providers[name]
	if !known && !named {
		hint := diag.DidYouMean(name, s.Names())
		if hint == "" {
			hint = "known providers: " + strings.Join(s.Names(), ", ") + "; add others under providers: in llmops.yaml"
		}
		return e, diag.Errorf("unknown provider %q", name).WithHint("%s", hint)
	}
	e = e.over(below)
	e.Name = name
	return e, e.complete()
}

// Server gives the address of the server that answers a reference; ok is false for a recording and for a
// reference that Open refuses.
func (s Settings) Server(ref string) (baseURL string, ok bool) {
	name, _, err := ParseRef(ref)
	if err != nil || name == replayName {
		return "", false
	}
	e, err := s.Lookup(name)
	return e.BaseURL, err == nil
}

func (e Entry) over(below Entry) Entry {
	if e.Kind == "" {
		e.Kind = below.Kind
	}
	if e.BaseURL == "" {
		e.BaseURL = below.BaseURL
	}
	if e.APIKeyEnv == "" {
		e.APIKeyEnv, e.KeyOptional = below.APIKeyEnv, e.KeyOptional || below.KeyOptional
	}
	e.Timeouts = e.Timeouts.over(below.Timeouts)
	return e
}

// complete fills in what the kind implies and refuses what cannot work.
func (e *Entry) complete() error {
	if e.BaseURL == "" && e.Kind != "" {
		of, _ := builtinEntry(string(e.Kind))
		if e.BaseURL = of.BaseURL; e.APIKeyEnv == "" {
			e.APIKeyEnv = of.APIKeyEnv // the kind's own server wants a key
		}
	}
	if e.Kind == "" {
		e.Kind = OpenAI
	}
	if kinds := []Kind{OpenAI, Anthropic, Gemini, Azure}; !slices.Contains(kinds, e.Kind) {
		return diag.Errorf("providers.%s: unknown kind %q", e.Name, e.Kind).WithHint("one of openai, anthropic, gemini, azure")
	}
	if e.BaseURL == "" {
		example := "http://127.0.0.1:8000/v1"
		if e.Kind == Azure {
			example = "https://RESOURCE.openai.azure.com"
		}
		return diag.Errorf("provider %s has no base_url", e.Name).
			WithHint("set it in llmops.yaml: providers: {%s: {kind: %s, base_url: %s}}", e.Name, e.Kind, example)
	}
	u, err := url.Parse(e.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return diag.Errorf("providers.%s: base_url is not an address", e.Name).WithHint("write http://HOST/… or https://HOST/…")
	}
	return nil
}

func (e Entry) header() http.Header {
	h := http.Header{}
	for name, value := range e.Headers {
		h.Set(name, value.Reveal())
	}
	return h
}

const (
	azureVersionKey = "api-version"
	azureVersion    = "2024-10-21" // the latest that is generally available
)

func (e Entry) query() url.Values {
	q := url.Values{}
	if e.Kind == Azure {
		q.Set(azureVersionKey, azureVersion)
	}
	for name, value := range e.Query {
		q.Set(name, value)
	}
	return q
}
