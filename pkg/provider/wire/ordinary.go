package wire

import (
	"bytes"
	"encoding/json"
)

// ordinary tells, without decoding, that an event is a delta that neither ends the stream nor reports an
// error: almost every event is one. What it says no to is decoded, so that a doubt costs time and no more.
// A quote inside a JSON text is escaped, so the text of an answer never holds a key in quotes.
func ordinary(d Dialect, name string, data []byte) bool {
	if data[0] != '{' || bytes.Contains(data, []byte(`\u`)) { // an escape may hide a key
		return false
	}
	for _, key := range []string{`"error"`, `"message"`, `"detail"`, `"finishReason"`, `"blockReason"`} {
		if bytes.Contains(data, []byte(key)) {
			return false
		}
	}
	switch d {
	case Anthropic:
		const delta = "content_block_delta"
		if name != delta || !bytes.HasPrefix(data, []byte(`{"type":"`+delta+`"`)) {
			return false
		}
	case OpenAI:
		if !allNull(data, []byte(`"finish_reason"`)) {
			return false
		}
	}
	return json.Valid(data)
}

// allNull tells whether null is what follows the key wherever it stands.
func allNull(data, key []byte) bool {
	for {
		_, after, found := bytes.Cut(data, key)
		if !found {
			return true
		}
		value := bytes.TrimLeft(after, " \t:")
		if !bytes.HasPrefix(value, []byte("null")) {
			return false
		}
		data = value
	}
}
