package replay

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzLine holds the scanner against encoding/json: what one takes the other takes, but for what a
// recording's line may not have on purpose.
func FuzzLine(f *testing.F) {
	for _, s := range []string{
		`{"case": "a", "output": "x\u00e9\n", "usage": {"input_tokens": 1, "output_tokens": 2}, "latency_ms": 1.5e3}`,
		`{"request": "x", "parts": [{"text": "a"}, null, true, -0.0E+1]}`, `{"recording": {"source": "s"}}`,
		`{}`, `{"a":1,}`, `{"a":01}`, `{"a":"\ud800"}`, `{"a":"` + "\xff" + `"}`, `{"a":tru}`, `{"a" 1}`, `[]`, ``, `{"case":"x","error":{"kind":"timeout"}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		ft := members(line, func(name, value []byte, at int) *fault {
			if !json.Valid(value) || !bytes.Equal(line[at:at+len(value)], value) || !json.Valid(append(append([]byte{'"'}, name...), '"')) {
				t.Errorf("%q: member %q at %d", value, name, at)
			}
			return nil
		})
		object := json.Valid(line) && bytes.HasPrefix(bytes.TrimLeft(line, " \t\r\n"), []byte("{")) && utf8.Valid(line)
		if (ft == nil) != object && !(ft != nil && ft.msg == "is nested too deep") {
			t.Errorf("%q: scanner %v, encoding/json %v", line, ft, object)
		}
		if ft != nil && (ft.at < 0 || ft.at > len(line)) {
			t.Errorf("%q: a fault at %d", line, ft.at)
		}
		e, ft := parse(line)
		if ft != nil || e.Header != nil {
			return
		}
		resp, failed, err := e.answer()
		if err == nil && resp == nil && failed == nil {
			t.Errorf("%q gives no answer", line)
		}
	})
}
