package cli

import (
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// blank is an empty value that a variable's declaration allows.
func blank(x prompt.Variable) any {
	switch {
	case len(x.Enum) > 0:
		return x.Enum[0]
	case strings.HasPrefix(x.Type, "list"), strings.HasPrefix(x.Type, "array"):
		return []any{}
	case x.Type == "integer", x.Type == "number":
		return 0
	case x.Type == "boolean":
		return false
	case strings.HasPrefix(x.Type, "object"):
		return map[string]any{}
	}
	return ""
}
