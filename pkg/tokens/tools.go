package tokens

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// tools counts the definitions of functions, as an estimate.
//
// For OpenAI it follows the cookbook («How to count tokens with tiktoken», num_tokens_for_tools), whose
// formula covers flat parameters; nested ones are counted in the same way, level by level. Anthropic
// documents that its system prompt for tools comes first and that names, descriptions and schemas are
// counted; these are taken as JSON. Others get the JSON text, too.
func (c *Counter) tools(tools []llm.Tool, choice string) Result {
	var r Result
	if len(tools) == 0 || choice == "none" && c.family != openAI {
		return r
	}
	for _, t := range tools {
		if c.family == openAI || c.family == harmony {
			n := c.function(t)
			r.add(about(n, n-n/8, n+n/8+4))
			continue
		}
		r.add(c.schema(t.Name+" "+t.Description+" ", t.Parameters, 10))
	}
	switch c.family {
	case openAI, harmony:
	case claude, claude47:
		r.add(exactly(claudeToolPrompt(c.model, choice)))
	default:
		r.add(about(20, 0, 240))
	}
	return r
}

// toolWeights are the cookbook's constants for what surrounds a function's parts.
type toolWeights struct{ function, properties, property, enum, item, end int }

func (c *Counter) toolWeights() toolWeights {
	if c.encoding == EncodingCl100k {
		return toolWeights{10, 3, 3, -3, 3, 12} // gpt-3.5-turbo and gpt-4
	}
	return toolWeights{7, 3, 3, -3, 3, 12} // gpt-4o and later
}

func (c *Counter) function(t llm.Tool) int {
	w := c.toolWeights()
	n := w.function + c.Count(t.Name+":"+strings.TrimSuffix(t.Description, ".")) + w.end
	var p parameter
	if json.Unmarshal(t.Parameters, &p) != nil {
		return n + c.Count(string(t.Parameters)) // no object: counted as it stands
	}
	return n + c.properties(p, w, 0)
}

// parameter is what the formula looks at in a JSON Schema.
type parameter struct {
	Type        any                  `json:"type"`
	Description string               `json:"description"`
	Enum        []any                `json:"enum"`
	Properties  map[string]parameter `json:"properties"`
	Items       *parameter           `json:"items"`
}

const schemaDepth = 64 // levels of nesting that are counted

func (c *Counter) properties(p parameter, w toolWeights, depth int) int {
	if p.Items != nil && depth < schemaDepth {
		return c.properties(*p.Items, w, depth+1)
	}
	if len(p.Properties) == 0 || depth == schemaDepth {
		return 0
	}
	n := w.properties
	for _, name := range slices.Sorted(maps.Keys(p.Properties)) {
		q := p.Properties[name]
		n += w.property
		if len(q.Enum) > 0 {
			n += w.enum
			for _, item := range q.Enum {
				n += w.item + c.Count(text(item))
			}
		}
		n += c.Count(name + ":" + text(q.Type) + ":" + strings.TrimSuffix(q.Description, "."))
		n += c.properties(q, w, depth+1)
	}
	return n
}

// text is a string as it is, and any other value as JSON.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if v == nil {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// claudeToolPrompt is the length of the system prompt that Anthropic adds to a request with tools, from
// the table in its documentation («Tool use», Pricing): for the choice auto, and for any or a tool by name.
func claudeToolPrompt(model, choice string) int {
	auto, forced := 346, 313 // Claude 3.5 Sonnet of October 2024 and all later ones
	for _, m := range []struct {
		name         string
		auto, forced int
	}{
		{"claude-3-opus", 530, 281},
		{"claude-3-sonnet", 159, 235},
		{"claude-3-haiku", 264, 340},
		{"claude-3-5-haiku", 264, 340},
		{"claude-3.5-haiku", 264, 340},
		{"claude-3-5-sonnet-20240620", 294, 261},
	} {
		if strings.HasPrefix(model, m.name) {
			auto, forced = m.auto, m.forced
		}
	}
	if choice == "" || choice == "auto" {
		return auto
	}
	return forced
}
