package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

var errNotUTF8 = errors.New("not UTF-8 text")

// trailing tells that something follows a record.
type trailing struct{ offset int64 }

func (*trailing) Error() string { return "something follows the record" }

// jsonProblem says in words and with a byte offset what is wrong with a record. The words hold no text
// of the record but its keys.
func jsonProblem(raw []byte, err error) (offset int64, msg, hint string) {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var rest *trailing
	switch {
	case errors.Is(err, errNotUTF8):
		return int64(validPrefix(raw)), "not UTF-8 text", "save the file as UTF-8"
	case errors.As(err, &rest):
		return rest.offset - 1, "something follows the case", "write one JSON object per line"
	case errors.As(err, &syntax):
		return max(0, syntax.Offset-1), "malformed JSON: " + syntax.Error(), ""
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return int64(len(raw)), "malformed JSON: it ends too early", ""
	case errors.As(err, &kind):
		return typeProblem(raw, kind)
	}
	if name, ok := unknownField(err); ok {
		hint = diag.DidYouMean(name, caseKeys())
		if hint == "" {
			hint = "put data of your own under metadata; keys: " + strings.Join(caseKeys(), ", ")
		}
		return keyOffset(raw, name), fmt.Sprintf("unknown key %q of a case", name), hint
	}
	return 0, "malformed case: " + err.Error(), ""
}

func typeProblem(raw []byte, err *json.UnmarshalTypeError) (int64, string, string) {
	if err.Field == "" && bytes.TrimLeft(raw, " \t\r\n")[0] != '{' {
		return 0, "a case is a JSON object, not " + jsonWord(raw), `for example {"id": "1", "input": "…", "expected": "…"}`
	}
	key, _, _ := strings.Cut(err.Field, ".")
	word := map[string]string{"string": "text", "bool": "true or false", "float64": "a number"}[err.Type.String()]
	if word == "" {
		word = "another kind of value"
	}
	if key == "" {
		return max(0, err.Offset), fmt.Sprintf("wants %s, not %s", word, err.Value), ""
	}
	return keyOffset(raw, key), fmt.Sprintf("%s wants %s, not %s", key, word, err.Value), ""
}

func unknownField(err error) (string, bool) {
	quoted, ok := strings.CutPrefix(err.Error(), "json: unknown field ")
	if !ok {
		return "", false
	}
	var name string
	if json.Unmarshal([]byte(quoted), &name) != nil {
		name = strings.Trim(quoted, `"`)
	}
	return name, true
}

// keyOffset finds where a key of the record, or of an object in it, begins; 0 when it is not found.
func keyOffset(raw []byte, key string) int64 {
	dec := json.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := dec.Token()
		if err != nil {
			return 0
		}
		if s, ok := token.(string); ok && s == key && bytes.HasPrefix(bytes.TrimLeft(raw[dec.InputOffset():], " \t\r\n"), []byte(":")) {
			end := dec.InputOffset()
			return max(0, int64(bytes.LastIndexByte(raw[:end-1], '"')))
		}
	}
}

func validPrefix(raw []byte) int {
	n := 0
	for n < len(raw) {
		r, size := utf8.DecodeRune(raw[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}
