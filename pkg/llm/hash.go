package llm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Hash is the sha256, in hex, of everything that shapes the answer but for the model: messages,
// parameters, format, tools and options. A recording made with one model can so be replayed under
// another reference. Two requests with equal hashes are the same question.
func (r *Request) Hash() string {
	c := *r
	c.Model = ""
	b, err := json.Marshal(&c) // map keys are sorted, so the text is canonical
	if err != nil {
		// Only Options can fail, by holding what JSON has no word for; such a value was not read from
		// a file, and the text form of it is as good a name as any.
		c.Options = map[string]any{"": fmt.Sprintf("%#v", r.Options)}
		b, _ = json.Marshal(&c)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
