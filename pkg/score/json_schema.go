package score

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/metric"
	"github.com/llmops-toolkit/llmops/pkg/validate"
)

// jsonSchema passes an answer that is JSON and fits a schema: the option's own, that of a file, or the
// case's.
type jsonSchema struct {
	Schema jsonOption `yaml:"schema" json:"schema"`
	File   string     `yaml:"file" json:"file"`   // in the suite's directory
	Fence  bool       `yaml:"fence" json:"fence"` // look inside a Markdown code fence

	own   *validate.Schema // nil without one
	cases *schemaCache
}

func newJSONSchema(o jsonSchema) (Scorer, error) {
	o.cases = &schemaCache{}
	if o.Schema.given() && o.File != "" {
		return nil, badOption("file", "there is a schema already")
	}
	if o.Schema.given() {
		var err error
		if o.own, err = validate.CompileSchema(o.Schema.raw); err != nil {
			return nil, badOption("schema", err.Error())
		}
	}
	return &o, nil
}

// maxSchema bounds a schema file.
const maxSchema = 4 << 20

// bind reads the file. Its content is what makes two scorers with the same file name differ.
func (o *jsonSchema) bind(t Tools) (string, error) {
	if o.File == "" {
		return "", nil
	}
	if !filepath.IsLocal(filepath.FromSlash(o.File)) {
		return "", diag.Errorf("json_schema: the file %s is not in the suite's directory", quote(o.File))
	}
	path := filepath.Join(t.Dir, filepath.FromSlash(o.File))
	info, err := os.Stat(path)
	if err != nil {
		return "", diag.Errorf("json_schema: %w", err)
	}
	if info.Size() > maxSchema {
		return "", diag.At(path, 0, 0, "the schema is larger than %d MiB", maxSchema>>20)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", diag.Errorf("json_schema: %w", err)
	}
	if o.own, err = validate.CompileSchema(text); err != nil {
		return "", diag.At(path, 0, 0, "%w", err)
	}
	return string(text), nil
}

// Score validates the answer.
func (o *jsonSchema) Score(_ context.Context, s *Sample) Outcome {
	schema, why := o.schema(s)
	if why != "" {
		return unscored("%s", why)
	}
	text := s.Output
	if o.Fence {
		text = unfence(text)
	}
	value, err := metric.ReadJSON(text)
	if err != nil {
		return Outcome{Why: "not JSON: " + err.Error(), malformed: true}
	}
	problems, err := schema.Check(value)
	if err != nil {
		return unscored("%v", err)
	}
	return passed(len(problems) == 0, "%s", few(problems))
}

func (o *jsonSchema) schema(s *Sample) (schema *validate.Schema, why string) {
	switch {
	case o.own != nil:
		return o.own, ""
	case o.File != "":
		return nil, "the schema file has not been read"
	case len(s.Schema) == 0:
		return nil, "the case has no schema"
	}
	schema, err := o.cases.get(s.Schema)
	if err != nil {
		return nil, "the case's schema: " + err.Error()
	}
	return schema, ""
}

// few shows the first problems and how many there are more.
func few(problems []string) string {
	const most = 3
	if len(problems) <= most {
		return strings.Join(problems, "; ")
	}
	return fmt.Sprintf("%s; %d more", strings.Join(problems[:most], "; "), len(problems)-most)
}

// schemaCache keeps the schemas of cases, which often are the same.
type schemaCache struct {
	mu   sync.Mutex // guards made
	made map[string]schemaResult
}

type schemaResult struct {
	schema *validate.Schema
	err    error
}

func (c *schemaCache) get(text json.RawMessage) (*validate.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.made[string(text)]
	if !ok {
		r.schema, r.err = validate.CompileSchema(text)
		if c.made == nil || len(c.made) >= 1000 {
			c.made = map[string]schemaResult{}
		}
		c.made[string(text)] = r
	}
	return r.schema, r.err
}
