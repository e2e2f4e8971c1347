package provider

import (
	"net/http"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Settings is what Open needs from outside. The zero value opens the servers that want no key.
type Settings struct {
	// Providers are the user's entries, by name. Those with a built-in name change what they set of it.
	Providers map[string]Entry
	// Key finds the key of an entry, by its APIKeyEnv or otherwise; zero when there is none. It is called
	// once by Open. nil: there are no keys.
	Key func(e Entry) (llm.Secret, error)
	// Recording finds the file of replay/NAME. nil: NAME is the path.
	Recording func(name string) (string, error)
	// Transport is what requests go out through. nil: every opened model has its own, as wire.NewBase
	// makes it; one that is shared keeps connections between models.
	Transport http.RoundTripper
	// Redact takes secrets out of text that goes into errors; may be nil.
	Redact func(string) string
	// Timeouts are those of entries that set none.
	Timeouts Timeouts
	// MaxBytes caps an answer after decompression; 0: the wire's default, 64 MiB and 256 MiB for a stream.
	MaxBytes int64
	Now      func() time.Time // nil: time.Now
}

// Timeouts of one attempt; 0 means the wire's default and a negative one none.
type Timeouts struct {
	FirstByte time.Duration // until the answer begins
	Idle      time.Duration // between two bytes of it
	Total     time.Duration // until its end
}

func (t Timeouts) over(below Timeouts) Timeouts {
	pick := func(a, b time.Duration) time.Duration {
		if a != 0 {
			return a
		}
		return b
	}
	return Timeouts{pick(t.FirstByte, below.FirstByte), pick(t.Idle, below.Idle), pick(t.Total, below.Total)}
}

// key finds the key, or fails when a required one is missing: before any request, and with the name of
// the variable to set.
func (s Settings) key(e Entry) (llm.Secret, error) {
	if e.Key.Reveal() != "" {
		return e.Key, nil
	}
	var key llm.Secret
	if s.Key != nil {
		var err error
		if key, err = s.Key(e); err != nil {
			return key, err
		}
	}
	if key.IsZero() && e.APIKeyEnv != "" && !e.KeyOptional {
		return key, &llm.Error{
			Kind: llm.KindAuth, Provider: e.Name, Message: "no API key: " + e.APIKeyEnv + " is not set",
			Advice: "set " + e.APIKeyEnv + ", or use another model: ollama/… and replay/… need no key",
		}
	}
	return key, nil
}
