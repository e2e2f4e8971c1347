package prompt

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// settings takes over a model's settings under the names that the providers' APIs use. What it does not
// know is kept under metadata.config.
func (im *Imported) settings(s map[string]any) {
	f := im.File
	provider, rest := "", map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(s)) {
		v := plainJSON(s[key])
		switch key {
		case "provider":
			provider = str(v)
		case "model", "model_name", "modelName":
			f.Model = str(v)
		case "temperature":
			f.Config.Temperature = float(v)
		case "top_p", "topP":
			f.Config.TopP = float(v)
		case "top_k", "topK":
			f.Config.TopK = whole(v)
		case "seed":
			f.Config.Seed = whole(v)
		case "presence_penalty", "presencePenalty":
			f.Config.PresencePenalty = float(v)
		case "frequency_penalty", "frequencyPenalty":
			f.Config.FrequencyPenalty = float(v)
		case "max_tokens", "maxTokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens":
			if n := whole(v); n != nil {
				f.Config.MaxOutputTokens = int(*n)
			}
		case "stop", "stop_sequences", "stopSequences":
			f.Config.StopSequences = oneOrMore(s[key])
		case "response_format":
			im.responseFormat(object(v), rest)
		default:
			rest[key] = v
		}
	}
	if provider != "" && f.Model != "" && !strings.Contains(f.Model, "/") {
		f.Model = strings.ToLower(provider) + "/" + f.Model
	}
	f.Model = modelRef(f.Model, im)
	if len(rest) > 0 {
		f.Metadata["config"] = rest
		im.warn("kept under metadata.config, without effect: " + strings.Join(slices.Sorted(maps.Keys(rest)), ", "))
	}
}

// responseFormat reads OpenAI's response_format.
func (im *Imported) responseFormat(v, rest map[string]any) {
	switch str(v["type"]) {
	case "json_object":
		im.File.Output.Format = "json"
	case "json_schema":
		inner := object(v["json_schema"])
		if doc, err := json.Marshal(inner["schema"]); err == nil && inner["schema"] != nil {
			strict, _ := inner["strict"].(bool)
			im.File.Output = Output{Format: "json", Schema: doc, Strict: strict}
		}
	case "text", "":
	default:
		rest["response_format"] = v
	}
}

func float(v any) *float64 {
	switch n := v.(type) {
	case float64:
		return &n
	case int64:
		f := float64(n)
		return &f
	}
	return nil
}

func whole(v any) *int64 {
	if n, ok := v.(int64); ok {
		return &n
	}
	return nil
}

func oneOrMore(v any) []string {
	if s := str(v); s != "" {
		return []string{s}
	}
	return strs(v)
}

// plainJSON turns json.Number into int64 or float64.
func plainJSON(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[k] = plainJSON(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = plainJSON(item)
		}
		return out
	}
	return v
}
