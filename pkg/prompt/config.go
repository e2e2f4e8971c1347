package prompt

// configKeys are the keys of config, in the order in which they are written.
var configKeys = [...]string{"temperature", "topP", "topK", "maxOutputTokens", "stopSequences", "seed", "presencePenalty", "frequencyPenalty", "toolChoice"}

// document gives what is set, by its key in the file.
func (c *Config) document() map[string]any {
	out := map[string]any{}
	set(out, "temperature", c.Temperature)
	set(out, "topP", c.TopP)
	set(out, "topK", c.TopK)
	set(out, "seed", c.Seed)
	set(out, "presencePenalty", c.PresencePenalty)
	set(out, "frequencyPenalty", c.FrequencyPenalty)
	if c.MaxOutputTokens > 0 {
		out["maxOutputTokens"] = int64(c.MaxOutputTokens)
	}
	if len(c.StopSequences) > 0 {
		list := make([]any, len(c.StopSequences))
		for i, s := range c.StopSequences {
			list[i] = s
		}
		out["stopSequences"] = list
	}
	if c.ToolChoice != "" {
		out["toolChoice"] = c.ToolChoice
	}
	return out
}

func set[T any](out map[string]any, key string, v *T) {
	if v != nil {
		out[key] = *v
	}
}
