package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Question is a request with all that decides whether an answer may serve it.
type Question struct {
	Tenant       string
	Model        string // the whole reference: provider/model
	BaseURL      string // where the provider's server is: two servers may give one model different answers
	PromptSHA256 string // "" without a prompt of the registry
	PromptRef    string // name@version, to be shown; the hash decides
	Request      *llm.Request
}

// Key is the sha256, in hex, of tenant, provider, base URL, model, the prompt's hash, all messages and
// parameters, tools, schema and the repeat index. Every part stands behind its length, so that no two
// questions can run into one.
func (q *Question) Key() string {
	hash := q.Request.Asked
	if hash == "" {
		hash = q.Request.Hash()
	}
	b := make([]byte, 0, 512)
	for _, part := range [...]string{"llmops.cache/v2", q.Tenant, q.Model, q.BaseURL, q.PromptSHA256, hash} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	sum := sha256.Sum256(binary.AppendVarint(b, int64(q.Request.Repeat)))
	return hex.EncodeToString(sum[:])
}

// deterministic tells whether the model was asked to give the likeliest answer. Without a temperature the
// provider's default holds, which is above zero.
func deterministic(req *llm.Request) bool {
	return req.Temperature != nil && *req.Temperature == 0
}
