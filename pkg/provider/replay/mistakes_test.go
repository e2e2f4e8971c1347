package replay_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

func TestMistakesAreNamedWithTheirPlace(t *testing.T) {
	good := `{"case": "a", "output": "ö"}`
	hash := strings.Repeat("0f", 32)
	for name, c := range map[string]struct {
		lines []string
		place string // line:column
		says  string
	}{
		"broken JSON":               {[]string{good, `{"case": "é", "output": x}`}, "2:25", "expected a value"},
		"cut off":                   {[]string{good, `{"case": "b", "outp`}, "2:20", "the line ends where the closing quote"},
		"cut off within a letter":   {[]string{good, "{\"case\": \"b\", \"output\": \"\xc3"}, "2:26", "is not UTF-8"},
		"not UTF-8":                 {[]string{"{\"case\": \"\xff\", \"output\": \"\"}"}, "1:11", "is not UTF-8"},
		"a list":                    {[]string{`["a"]`}, "1:1", "each line is a JSON object"},
		"two objects in a line":     {[]string{good + good}, "1:29", "there is more after the object"},
		"a raw line end in a text":  {[]string{"{\"case\": \"a\tb\"}"}, "1:12", "raw control character U+0009"},
		"a bad escape":              {[]string{`{"case": "\x"}`}, "1:11", "no escape"},
		"a bad number":              {[]string{`{"case": "a", "latency_ms": 01}`}, "1:30", "expected a comma"},
		"no key":                    {[]string{`{"output": "x"}`}, "1:1", "neither case nor request"},
		"no answer":                 {[]string{`{"case": "x"}`}, "1:1", "no output"},
		"a null answer":             {[]string{`{"case": "x", "output": null}`}, "1:1", "no output"},
		"output of another type":    {[]string{`{"case": "x", "output": 5}`}, "1:25", "output must be a text"},
		"a numeric case":            {[]string{`{"case": 5, "output": ""}`}, "1:10", "case must be a text"},
		"a short hash":              {[]string{`{"request": "abc", "output": ""}`}, "1:13", "64 hexadecimal digits"},
		"a negative repeat":         {[]string{`{"case": "x", "repeat": -1, "output": ""}`}, "1:25", "repeat must be a whole number"},
		"a negative latency":        {[]string{`{"case": "x", "latency_ms": -1, "output": ""}`}, "1:29", "latency_ms must be"},
		"half a usage":              {[]string{`{"case": "x", "usage": {"input_tokens": 1}, "output": ""}`}, "1:24", "usage needs input_tokens and output_tokens"},
		"usage as text":             {[]string{`{"case": "x", "usage": {"input_tokens": "1", "output_tokens": 1}, "output": ""}`}, "1:24", "usage needs"},
		"an error without kind":     {[]string{`{"case": "x", "error": {}}`}, "1:24", "error needs a kind"},
		"incomplete as text":        {[]string{`{"case": "x", "incomplete": "yes", "output": ""}`}, "1:29", "true or false"},
		"a key twice in a line":     {[]string{`{"case": "x", "output": "a", "output": "b"}`}, "1:40", "output is there twice"},
		"a misspelt key":            {[]string{`{"case": "x", "output": "a", "outputt": null}`}, "1:41", `unknown key "outputt"; did you mean output?`},
		"a key without its unit":    {[]string{`{"case": "x", "output": "a", "latency": 3}`}, "1:41", `did you mean latency_ms?`},
		"a key in another case":     {[]string{`{"case": "x", "output": "a", "finishReason": ""}`}, "1:46", `did you mean finish_reason?`},
		"a late header":             {[]string{good, `{"recording": {"source": "x"}}`}, "2:1", "first line only"},
		"a header and an answer":    {[]string{`{"recording": {"source": "x"}, "case": "a"}`}, "1:1", "line of its own"},
		"a header without a source": {[]string{`{"recording": {}}`}, "1:15", "names no source"},
		"a header's unknown key":    {[]string{`{"recording": {"source": "x", "license": "y"}}`}, "1:15", "the keys source, model, created"},
		"a case twice":              {[]string{good, ``, good}, "3", `case "a" is recorded in line 1 already`},
		"a case and repeat twice":   {[]string{`{"case":"a","repeat":2,"output":""}`, `{"case":"a","repeat":2,"output":"x"}`}, "2", `case "a", repeat 2, is recorded in line 1`},
		"a request twice":           {[]string{`{"request":"` + hash + `","output":""}`, `{"request":"` + hash + `","output":"x"}`}, "2", `the request 0f0f0f0f0f0f… is recorded in line 1`},
		"deep nesting":              {[]string{`{"case": "x", "note": ` + strings.Repeat("[", 100_000) + `}`}, "1:523", "nested too deep"},
	} {
		t.Run(name, func(t *testing.T) {
			path := recording(t, c.lines...)
			_, err := replay.Open(path, replay.Options{})
			var d *diag.Error
			if !errors.As(err, &d) || !strings.HasPrefix(err.Error(), path+":"+c.place+": ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %s: %s", err, c.place, c.says)
			}
			if strings.HasPrefix(name, "cut off") && !strings.Contains(diag.HintOf(err), "the last line was cut off") {
				t.Errorf("hint %q", diag.HintOf(err))
			}
		})
	}
}

func TestFilesThatAreNoRecordings(t *testing.T) {
	dir := t.TempDir()
	for path, says := range map[string]string{
		filepath.Join(dir, "none.jsonl"): "no such recording",
		dir:                              "is a directory where a recording belongs",
		os.DevNull:                       "is not a regular file",
	} {
		_, err := replay.Open(path, replay.Options{})
		var d *diag.Error
		if !errors.As(err, &d) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
