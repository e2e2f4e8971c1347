package schema

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
)

// FromText reads a text as the value that the schema asks for: where it allows no string, but a number,
// a boolean, a list or an object, a text that is one in JSON becomes it. Any other text stays as it is, so
// that Check says what is wrong with it.
func (s *Schema) FromText(text string) any {
	if s == nil || len(s.AnyOf)+len(s.OneOf)+len(s.AllOf) > 0 || slices.Contains(s.Types, "string") {
		return text
	}
	if len(s.Types) == 0 && (s.Enum == nil || slices.ContainsFunc(s.Enum, func(e any) bool { return equal(e, text) })) {
		return text
	}
	v, ok := oneValue(text)
	kind := Kind(v)
	switch {
	case !ok:
		return text
	case len(s.Types) == 0 && !slices.ContainsFunc(s.Enum, func(e any) bool { return equal(e, v) }):
		return text
	case len(s.Types) > 0 && !slices.ContainsFunc(s.Types, func(t string) bool { return fits(kind, t) }):
		return text
	}
	return v
}

// oneValue decodes a text that is exactly one JSON value.
func oneValue(text string) (any, bool) {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil, false
	}
	_, err := dec.Token()
	return v, err == io.EOF
}
