package replay

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// entry is one line of a recording. Output and Parts stay raw until the answer is asked for.
type entry struct {
	Case, Request string
	Repeat        int // anyRepeat when the line has none
	Output, Parts json.RawMessage
	Usage         *llm.Usage
	Latency, TTFT time.Duration
	Finish, Model string
	ID            string
	Attempts      int
	Incomplete    bool
	LogProbs      json.RawMessage
	Failure       *failure
	Header        *Header // the line is the header
	line          int
}

// anyRepeat marks an answer that holds for every repeat of its case.
const anyRepeat = -1

// failure is a recorded error.
type failure struct {
	Kind     string `json:"kind"`
	Message  string `json:"message,omitempty"`
	Provider string `json:"provider,omitempty"`
	Model    string `json:"model,omitempty"`
	Code     string `json:"code,omitempty"`
	Status   int    `json:"status,omitempty"`
}

// keys are the names that a line may have. Other names are passed over, so that a recording can carry
// notes, unless they look like one of these misspelt.
var keys = []string{
	"case", "request", "repeat", "output", "parts", "usage", "latency_ms", "ttft_ms",
	"finish_reason", "model", "id", "attempts", "incomplete", "error", "recording", "logprobs",
}

// parse reads a line and checks all of it but the inside of parts.
func parse(line []byte) (*entry, *fault) {
	e := &entry{Repeat: anyRepeat}
	var seen uint32
	f := members(line, func(name, value []byte, at int) *fault {
		i := keyIndex(name)
		if i < 0 {
			return unknown(name, at)
		}
		if seen&(1<<i) != 0 {
			return &fault{at, fmt.Sprintf("%s is there twice", name)}
		}
		seen |= 1 << i
		if string(value) == "null" {
			return nil // as if it were not there: unknown
		}
		if err := e.set(keys[i], value); err != nil {
			return &fault{at, err.Error()}
		}
		return nil
	})
	if f == nil {
		f = e.complete()
	}
	return e, f
}

func keyIndex(name []byte) int {
	for i, k := range keys {
		if string(name) == k {
			return i
		}
	}
	return -1
}

// unknown passes over a name that is none of keys, unless it looks like one of them.
func unknown(name []byte, at int) *fault {
	n := strings.ToLower(string(name))
	for _, k := range keys {
		if strings.HasPrefix(k, n+"_") || oneEdit(strings.ReplaceAll(n, "_", ""), strings.ReplaceAll(k, "_", "")) {
			return &fault{at, fmt.Sprintf("unknown key %.40q; did you mean %s?", name, k)}
		}
	}
	return nil
}

// oneEdit tells whether one letter added, dropped or changed, or two neighbours swapped, make b of a.
func oneEdit(a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	swapped := len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
	return swapped || len(a) <= 1 && len(b) <= 1
}

func (e *entry) set(key string, v []byte) (err error) {
	switch key {
	case "case":
		e.Case, err = readText(key, v)
	case "request":
		e.Request, err = readHash(v)
	case "repeat":
		e.Repeat, err = readCount(key, v)
	case "output":
		e.Output, err = v, wants(key, v, '"', "a text")
	case "parts":
		e.Parts, err = v, wants(key, v, '[', "a list")
	case "usage":
		e.Usage, err = readUsage(v)
	case "latency_ms":
		e.Latency, err = readMilliseconds(key, v)
	case "ttft_ms":
		e.TTFT, err = readMilliseconds(key, v)
	case "finish_reason":
		e.Finish, err = readText(key, v)
	case "model":
		e.Model, err = readText(key, v)
	case "id":
		e.ID, err = readText(key, v)
	case "attempts":
		e.Attempts, err = readCount(key, v)
	case "incomplete":
		e.Incomplete, err = string(v) == "true", wantsBool(key, v)
	case "logprobs":
		e.LogProbs, err = v, wants(key, v, '[', "a list")
	case "error":
		e.Failure, err = readFailure(v)
	case "recording":
		var h Header
		h, err = readHeader(v)
		e.Header = &h
	}
	return err
}

// complete checks what the fields say together.
func (e *entry) complete() *fault {
	switch {
	case e.Header != nil:
		if e.Case != "" || e.Request != "" || e.Output != nil {
			return &fault{0, "a header stands on a line of its own"}
		}
	case e.Case == "" && e.Request == "":
		return &fault{0, "has neither case nor request, so that no call could find it"}
	case e.Output == nil && e.Parts == nil && e.Failure == nil:
		return &fault{0, "has no output, no parts and no error"}
	}
	return nil
}
