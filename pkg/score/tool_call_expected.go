package score

import (
	"errors"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// wantedCalls reads what a case or an option expects: a call, a list of calls, or {tool_calls: […]}; a call
// is {name, arguments} or OpenAI's {function: {name, arguments}}, where the arguments may be JSON text.
func wantedCalls(v any) ([]wantedCall, error) {
	if object, ok := v.(map[string]any); ok {
		list, several := object["tool_calls"]
		if !several {
			v = []any{v}
		} else {
			v = list
		}
	}
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("want a call {name, arguments} or a list of them")
	}
	calls := make([]wantedCall, 0, len(list))
	for _, item := range list {
		call, err := wantedOne(item)
		if err != nil {
			return nil, err
		}
		calls = append(calls, call)
	}
	return calls, nil
}

func wantedOne(item any) (call wantedCall, err error) {
	object, _ := item.(map[string]any)
	if inner, ok := object["function"].(map[string]any); ok {
		object = inner
	}
	name, _ := object["name"].(string)
	if name == "" {
		return call, errors.New("a tool call has a name")
	}
	arguments := object["arguments"]
	if text, ok := arguments.(string); ok {
		if arguments, err = metric.ReadJSON(text); err != nil {
			return call, fmt.Errorf("the arguments of %s: %w", name, err)
		}
	}
	fields, ok := arguments.(map[string]any)
	if arguments != nil && !ok {
		return call, fmt.Errorf("the arguments of %s are no object", name)
	}
	return wantedCall{name, fields}, nil
}
