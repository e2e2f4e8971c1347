// Package validate checks answers without asking a model: against a JSON Schema, and for a refusal. Start
// with CompileSchema or Refusal.
package validate

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/llmops-toolkit/llmops/third_party/jsonschema"
)

// Schema is a compiled JSON Schema, safe for concurrent use.
type Schema struct{ compiled *jsonschema.Schema }

// maxSteps bounds how many subschemas are applied to one value: about a second of work. A schema of a few
// lines that refers to itself can ask for more than ever ends.
const maxSteps = 1_000_000

// ErrTooMuch is what Check returns for a schema whose checking does not come to an end in time.
var ErrTooMuch = errors.New("the schema asks for more than a million checks of this value")

// ErrLoop is what CompileSchema and Check return for a schema that applies itself to the same value without end.
// CompileSchema finds one that does so whatever the value is.
var ErrLoop = errors.New("a $ref of the schema leads back to itself without looking into the value")

const schemaURL = "schema:"

// CompileSchema reads a JSON Schema: draft 2020-12 unless its $schema names an older draft (4, 6, 7, 2019-09).
// `format` is checked and not only noted. A $ref reaches into the schema itself and the drafts, nowhere
// else: nothing is loaded from files or hosts.
func CompileSchema(text []byte) (*Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		return nil, fmt.Errorf("the schema is not JSON: %w", err)
	}
	jsonschema.LoadDrafts()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseLoader(noLoader{})
	if err := c.AddResource(schemaURL, doc); err != nil {
		return nil, err
	}
	compiled, err := c.Compile(schemaURL)
	if err != nil {
		return nil, problemOf(err)
	}
	for _, v := range []any{nil, map[string]any{}, []any{}} {
		if err := compiled.ValidateWithin(v, 10_000); errors.Is(err, jsonschema.ErrLoop) {
			return nil, ErrLoop
		}
	}
	return &Schema{compiled}, nil
}

type noLoader struct{}

var errOutside = errors.New("a $ref may only point into the schema itself")

// Load refuses.
func (noLoader) Load(string) (any, error) { return nil, errOutside }

// problemOf says in one line why a schema does not compile.
func problemOf(err error) error {
	if load, ok := errors.AsType[*jsonschema.LoadURLError](err); ok {
		return fmt.Errorf("%s: %w", load.URL, errOutside)
	}
	if bad, ok := errors.AsType[*jsonschema.SchemaValidationError](err); ok {
		if invalid, ok := errors.AsType[*jsonschema.ValidationError](bad.Err); ok {
			return errors.New("not a valid schema: " + strings.Join(list(invalid), "; "))
		}
	}
	return errors.New(strings.ReplaceAll(err.Error(), schemaURL, ""))
}

// Check lists what is wrong with a value, as encoding/json gives it (with UseNumber, so that large numbers
// keep their digits): "at /items/0: missing property 'name'". No problem gives nil. The error is ErrTooMuch,
// ErrLoop, or that a number is too large to be checked.
func (s *Schema) Check(v any) ([]string, error) {
	if n := hugeNumber(v); n != "" {
		return nil, fmt.Errorf("the number %.20s… is too large to be checked", n)
	}
	err := s.compiled.ValidateWithin(v, maxSteps)
	if err == nil {
		return nil, nil
	}
	if invalid, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		return list(invalid), nil
	}
	if errors.Is(err, jsonschema.ErrLoop) {
		return nil, ErrLoop
	}
	return nil, ErrTooMuch
}

// hugeNumber finds a number that takes too much memory when it is made exact.
func hugeNumber(v any) string {
	switch x := v.(type) {
	case map[string]any:
		for _, child := range x {
			if n := hugeNumber(child); n != "" {
				return n
			}
		}
	case []any:
		for _, child := range x {
			if n := hugeNumber(child); n != "" {
				return n
			}
		}
	case json.Number:
		if _, exponent, ok := strings.Cut(strings.ToLower(string(x)), "e"); len(x) > 1000 || ok && len(strings.TrimLeft(exponent, "+-0")) > 3 {
			return string(x)
		}
	}
	return ""
}

// maxListed bounds the problems that are listed.
const maxListed = 50

// list gives the problems at the leaves of an error, the deepest causes.
func list(e *jsonschema.ValidationError) []string {
	var out []string
	p := message.NewPrinter(language.English)
	var walk func(e *jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			walk(cause)
		}
		if len(e.Causes) == 0 && len(out) < maxListed {
			out = append(out, "at "+pointer(e.InstanceLocation)+": "+e.ErrorKind.LocalizedString(p))
		}
	}
	walk(e)
	return out
}

func pointer(path []string) string {
	if len(path) == 0 {
		return "the top"
	}
	var b strings.Builder
	for _, step := range path {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step))
	}
	return b.String()
}
