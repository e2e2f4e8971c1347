package prompt

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// Sizes past which a file is refused.
const (
	maxFile        = 4 << 20
	maxFrontMatter = 256 << 10
)

// File is one prompt version as it is written: front matter between two lines of ---, then the body. The
// keys of the front matter are dotprompt's, with version, changelog and partials added; unknown keys are
// errors.
type File struct {
	Path string // how errors call the file

	Name        string // "" in a file that leaves it to its directory
	Version     string // without a leading v
	Description string
	Changelog   string // one line: what this version changes
	Model       string // provider/model
	Config      Config
	Input       Input
	Output      Output
	Partials    []string       // references to the prompts that the body includes: "safety@^1.0.0"
	Tools       []llm.Tool     // functions that the model may call
	Options     map[string]any // what only one provider knows, passed through
	Metadata    map[string]any // anything, kept and not interpreted

	Body     string // Mustache, with its role lines
	BodyLine int    // the number of the body's first line

	sum      string // sha256 of the file with LF line ends, in hex
	places   places
	segments []segment
	input    *schema.Schema // declared variables: the schema and the defaults; never nil
}

// Config holds the parameters of the call, under dotprompt's names. Nil and zero mean "not set".
type Config struct {
	Temperature      *float64
	TopP             *float64
	TopK             *int64
	MaxOutputTokens  int
	StopSequences    []string
	Seed             *int64
	PresencePenalty  *float64
	FrequencyPenalty *float64
	ToolChoice       string // "auto", "none", "required" or the name of a tool
}

// Input describes the variables. A variable with a default need not be given, and need not be in the
// schema. Schema is a JSON Schema of an object, whether it was written so or in Picoschema.
type Input struct {
	Schema  json.RawMessage
	Default map[string]any
}

// Output describes the answer. Format is "text" or "json"; "" means text, or json when there is a Schema.
type Output struct {
	Format string
	Schema json.RawMessage
	Strict bool // ask the provider to enforce the schema, where it can
}

// ParseFile reads a prompt version. path only names it in errors, which are *diag.Error with the line
// and the column of the file. The first mistake is returned; ParseAll returns all of them.
func ParseFile(path string, data []byte) (*File, error) {
	f, errs := ParseAll(path, data)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return f, nil
}

// ParseAll is ParseFile that goes on after a mistake. The File holds what could be read.
func ParseAll(path string, data []byte) (*File, []*diag.Error) {
	f := &File{Path: path, places: places{}, input: &schema.Schema{}}
	if len(data) > maxFile {
		return f, []*diag.Error{diag.At(path, 0, 0, "is larger than %d MiB", maxFile>>20)}
	}
	text, err := normalise(path, data)
	if err != nil {
		return f, []*diag.Error{err}
	}
	f.sum = hash(text)
	front, body, line, err := split(path, text)
	if err != nil {
		return f, []*diag.Error{err}
	}
	f.Body, f.BodyLine = body, line
	d := decoder{file: path, offset: 1, places: f.places}
	if front != "" {
		d.frontMatter(f, front)
	}
	d.declare(f)
	if len(d.errs) == 0 { // the schema decides what {{history}} means
		if err := f.compile(); err != nil {
			d.errs = append(d.errs, err)
		}
	}
	return f, d.errs
}

// normalise gives the text with LF line ends and without a byte order mark.
func normalise(path string, data []byte) (string, *diag.Error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		line, col := 1, 1
		for len(data) > 0 {
			r, n := utf8.DecodeRune(data)
			if r == utf8.RuneError && n == 1 {
				break
			}
			if col++; r == '\n' {
				line, col = line+1, 1
			}
			data = data[n:]
		}
		return "", diag.At(path, line, col, "is not UTF-8 text").WithHint("save the file as UTF-8")
	}
	return toLF(string(data)), nil
}

func toLF(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\r\n", "\n")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// split takes the front matter and the body apart; line is where the body begins. A file that does not
// begin with a fence has no front matter.
func split(path, text string) (front, body string, line int, _ *diag.Error) {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		if strings.TrimRight(text, " \t\n") == "---" {
			return "", "", 0, diag.At(path, 1, 1, "front matter is never closed").WithHint("add a line of ---")
		}
		return "", text, 1, nil
	}
	for at := 0; ; {
		end := strings.IndexByte(rest[at:], '\n')
		stop := len(rest)
		if end >= 0 {
			stop = at + end
		}
		if strings.TrimRight(rest[at:stop], " \t") == "---" {
			front, body = rest[:at], rest[min(stop+1, len(rest)):]
			if len(front) > maxFrontMatter {
				return "", "", 0, diag.At(path, 1, 1, "front matter is larger than %d KiB", maxFrontMatter>>10)
			}
			return front, body, strings.Count(front, "\n") + 3, nil
		}
		if end < 0 {
			return "", "", 0, diag.At(path, 1, 1, "front matter is never closed").WithHint("add a line of --- after it")
		}
		at = stop + 1
	}
}
