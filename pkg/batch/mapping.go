package batch

import (
	"encoding/json"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// mapped takes the mapped fields of a record. With a prompt they are its variables; without one the field
// is the record's input. A field that is mapped is not the record's own input as well.
func (p *parser) mapped(l *line, fields map[string]any, prompted bool) (map[string]any, error) {
	if len(p.settings.Map) == 0 {
		return nil, nil
	}
	vars := map[string]any{}
	for name, path := range p.settings.Map {
		value, ok := field(fields, path)
		if !ok {
			return nil, diag.Errorf("it has no field %q for %s", path, name).
				WithHint("%s", diag.DidYouMean(path, keys(fields)))
		}
		vars[name] = value
		if path == "input" && prompted {
			l.Input = nil
		}
	}
	if !prompted {
		text, ok := vars["input"].(string)
		if !ok {
			return nil, diag.Errorf("the field %q is no text", p.settings.Map["input"])
		}
		l.Input, _ = json.Marshal(text) // a text always has a JSON form
	}
	return vars, nil
}

// field finds a field by its name, or by the names on the way to it.
func field(fields map[string]any, path string) (any, bool) {
	if value, ok := fields[path]; ok {
		return value, true
	}
	head, rest, inside := strings.Cut(path, ".")
	if !inside {
		return nil, false
	}
	object, ok := fields[head].(map[string]any)
	if !ok {
		return nil, false
	}
	return field(object, rest)
}

func keys(fields map[string]any) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	return names
}
