package llm

// TokenProb is a token of an answer with its natural log-probability, and the likeliest tokens in its
// place, the likeliest first. Top is nil when the provider gives none.
type TokenProb struct {
	Token   string      `json:"token"`
	LogProb float64     `json:"logprob"`
	Top     []TokenProb `json:"top,omitempty"` // without a Top of their own
}
