package cache

import (
	"encoding/json"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Entry is a stored answer.
type Entry struct {
	Key     string    `json:"key"` // see Question.Key
	Tenant  string    `json:"tenant"`
	Model   string    `json:"model"`  // the reference that was asked
	Prompt  string    `json:"prompt"` // name@version, or "" for a question without a prompt of the registry
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero means never
	Used    time.Time `json:"used"`             // last; may lag by a minute
	Hits    int64     `json:"hits"`
	Size    int64     `json:"size"` // of Response, in bytes

	Response json.RawMessage `json:"response,omitempty"` // of an llm.Response; nil where only the entry's head was asked for
}

// live tells whether the entry may answer at a time. One of the future was stored before the clock was put
// back; its remaining time cannot be known.
func (e *Entry) live(now time.Time) bool {
	return (e.Expires.IsZero() || now.Before(e.Expires)) && !e.Created.After(now.Add(time.Minute))
}

// Decode gives the answer as it was stored.
func (e *Entry) Decode() (*llm.Response, error) {
	var r llm.Response
	if err := json.Unmarshal(e.Response, &r); err != nil {
		return nil, err
	}
	return &r, nil
}
