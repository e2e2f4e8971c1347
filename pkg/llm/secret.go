package llm

// Secret is a key that does not show: printed, logged or marshalled in any way it is "[redacted]".
// Only Reveal gives the text, for the one place that puts it into a header.
type Secret struct{ text string }

const redacted = "[redacted]"

// NewSecret hides text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal gives the key itself.
func (s Secret) Reveal() string { return s.text }

// IsZero tells whether there is no key.
func (s Secret) IsZero() bool { return s.text == "" }

func (s Secret) String() string               { return redacted }
func (s Secret) GoString() string             { return redacted }
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
func (s Secret) MarshalYAML() (any, error)    { return redacted, nil }

// UnmarshalText reads a secret from a file, where a configuration allows one.
func (s *Secret) UnmarshalText(b []byte) error {
	s.text = string(b)
	return nil
}
