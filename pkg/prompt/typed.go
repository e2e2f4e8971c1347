package prompt

import "maps"

// Typed turns texts into what the input schema declares, for values that come from a command line or a
// table, where all are text: "5" for an integer or a number, "true" for a boolean, and JSON for a list or
// an object. What may be a string stays one, and so does a text that is no such value; Render says then
// what is wrong with it. vars is not changed.
func (v *Version) Typed(vars map[string]any) map[string]any {
	var out map[string]any
	for name, value := range vars {
		text, ok := value.(string)
		if !ok || v.input == nil {
			continue
		}
		typed := v.input.Props[name].FromText(text)
		if _, same := typed.(string); same {
			continue
		}
		if out == nil {
			out = maps.Clone(vars)
		}
		out[name] = typed
	}
	if out == nil {
		return vars
	}
	return out
}
