package guard

import (
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// shortest secret that a Redactor looks for by its value; shorter ones would eat ordinary words.
const shortest = 8

// Redactor removes the secrets that a program holds, whatever their shape, and all that Secrets finds. The
// zero Redactor does the latter. It is safe for concurrent use.
type Redactor struct{ known []string }

// NewRedactor takes the keys that are in use. Keys shorter than eight bytes are left out.
func NewRedactor(known ...llm.Secret) *Redactor {
	r := &Redactor{}
	for _, s := range known {
		if v := s.Reveal(); len(v) >= shortest {
			r.known = append(r.known, v)
		}
	}
	// The longer first, so that a key that starts as another one is removed whole.
	slices.SortFunc(r.known, func(a, b string) int { return len(b) - len(a) })
	return r
}

// Redact gives the text without secrets: each is "[redacted:RULE]", a known one "[redacted:key]".
func (r *Redactor) Redact(text string) string {
	var found []Finding
	if r != nil {
		for _, v := range r.known {
			for at := 0; ; {
				i := strings.Index(text[at:], v)
				if i < 0 {
					break
				}
				found = append(found, Finding{"key", at + i, at + i + len(v)})
				at += i + len(v)
			}
		}
	}
	return Redact(text, append(found, Secrets(text)...)...)
}
