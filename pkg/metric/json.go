package metric

import (
	"encoding/json"
	"io"
	"math/big"
	"strings"
)

// ReadJSON reads one JSON value and nothing behind it. Numbers become json.Number, so that none loses
// digits.
func ReadJSON(text string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errAfterJSON
	}
	return v, nil
}

type jsonError string

func (e jsonError) Error() string { return string(e) }

const errAfterJSON = jsonError("text behind the JSON value")

// EqualJSON compares two values as ReadJSON gives them: objects whatever the order of their keys, lists in
// order, numbers by what they are worth (1 is 1.0 and 1e0). Source: RFC 8259; openai/evals, json_match.
func EqualJSON(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && len(x) == len(y) && SubsetJSON(x, y)
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !EqualJSON(x[i], y[i]) {
				return false
			}
		}
		return true
	case json.Number:
		y, ok := b.(json.Number)
		return ok && equalNumbers(string(x), string(y))
	}
	switch b.(type) {
	case map[string]any, []any:
		return false // which Go cannot compare by ==
	}
	return a == b
}

// SubsetJSON tells whether every key of part is in whole with an equal value. Objects below are compared
// whole.
func SubsetJSON(part, whole map[string]any) bool {
	for key, want := range part {
		if got, ok := whole[key]; !ok || !EqualJSON(want, got) {
			return false
		}
	}
	return true
}

// equalNumbers compares exactly. Numbers of which one has an exponent or a length past the limits are
// compared as text: made exact they would take memory without end.
func equalNumbers(a, b string) bool {
	if a == b {
		return true
	}
	x, y := exactNumber(a), exactNumber(b)
	return x != nil && y != nil && x.Cmp(y) == 0
}

func exactNumber(s string) *big.Rat {
	return number{text: strings.ToLower(s)}.rat()
}
