package llm

import "context"

// Embedder is what a Model may also be: it turns texts into vectors. Embed is safe for concurrent use. A
// model that has none fails with a *diag.Error. An Embedding may come with an error: it tells the attempts.
type Embedder interface {
	Embed(ctx context.Context, req *EmbedRequest) (*Embedding, error)
}

// EmbedRequest asks for a vector for each of Texts. Model is as in Request.
type EmbedRequest struct {
	Model   string
	Texts   []string
	Options map[string]any // laid over the top level of the request's JSON
}

// Embedding is the answer: one vector a text, in order, all of the same length.
type Embedding struct {
	Vectors  [][]float32
	Model    string // that the provider says answered
	Usage    *Usage // nil means unknown; there is no output
	Attempts int    // tries, the successful one included; set by the gateway
}

// Check tells what is wrong with an answer to n texts, as an *Error: vectors that are missing, empty or
// of different lengths.
func (e *Embedding) Check(n int) error {
	if len(e.Vectors) != n {
		return &Error{Kind: KindMalformed, Message: "the answer has not one vector a text"}
	}
	for _, v := range e.Vectors {
		if len(v) == 0 || len(v) != len(e.Vectors[0]) {
			return &Error{Kind: KindMalformed, Message: "the answer has vectors of different lengths"}
		}
	}
	return nil
}
