package cli

import (
	"slices"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/guard"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// redactor takes the keys that have been read so far, and whatever looks like a key, out of text.
type redactor struct {
	mu   sync.Mutex
	keys []llm.Secret    // guarded by mu
	now  *guard.Redactor // of keys; guarded by mu
}

func (r *redactor) add(key llm.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !key.IsZero() && !slices.Contains(r.keys, key) {
		r.keys = append(r.keys, key)
		r.now = guard.NewRedactor(r.keys...)
	}
}

func (r *redactor) redact(text string) string {
	r.mu.Lock()
	now := r.now
	r.mu.Unlock()
	return now.Redact(text) // a nil one removes what looks like a key
}

// redactPersonal takes out what identifies a person.
func redactPersonal(text string) string { return guard.Redact(text, guard.PII(text)...) }
