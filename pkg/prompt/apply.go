package prompt

import (
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Apply fills the parameters of req that are not set yet from the prompt: model, config, output format,
// tools and options. What req has set already wins. Messages are left alone. Slices and maps that req
// had are not changed in place.
func (v *Version) Apply(req *llm.Request) {
	c := &v.Config
	if req.Model == "" {
		req.Model = v.Model
	}
	if req.Temperature == nil {
		req.Temperature = clone(c.Temperature)
	}
	if req.TopP == nil {
		req.TopP = clone(c.TopP)
	}
	if req.MaxTokens == 0 {
		req.MaxTokens = c.MaxOutputTokens
	}
	if req.Stop == nil {
		req.Stop = slices.Clone(c.StopSequences)
	}
	if req.Seed == nil {
		req.Seed = clone(c.Seed)
	}
	if req.Format == nil {
		req.Format = v.format()
	}
	if req.Tools == nil {
		req.Tools = slices.Clone(v.Tools)
	}
	if req.ToolChoice == "" {
		req.ToolChoice = c.ToolChoice
	}
	v.applyOptions(req)
}

// applyOptions lays the request's own options over the prompt's.
func (v *Version) applyOptions(req *llm.Request) {
	req.Options = llm.MergeOptions(llm.MergeOptions(v.sampling(req.Model), v.Options), req.Options)
}

// sampling gives the parameters of config that the request has no field for, where the provider of the
// model looks for them.
func (v *Version) sampling(model string) map[string]any {
	provider, _, _ := strings.Cut(model, "/")
	out := map[string]any{}
	names := []string{"top_k", "presence_penalty", "frequency_penalty"}
	if provider == "gemini" {
		names = []string{"topK", "presencePenalty", "frequencyPenalty"}
	}
	if v.Config.TopK != nil {
		out[names[0]] = *v.Config.TopK
	}
	if v.Config.PresencePenalty != nil {
		out[names[1]] = *v.Config.PresencePenalty
	}
	if v.Config.FrequencyPenalty != nil {
		out[names[2]] = *v.Config.FrequencyPenalty
	}
	if provider == "gemini" && len(out) > 0 {
		return map[string]any{"generationConfig": out}
	}
	return out
}

func (v *Version) format() *llm.Format {
	switch {
	case v.Output.Schema != nil:
		return &llm.Format{Type: llm.FormatSchema, Name: v.formatName(), Schema: v.Output.Schema, Strict: v.Output.Strict}
	case v.Output.Format == "json":
		return &llm.Format{Type: llm.FormatJSON}
	}
	return nil
}

func (v *Version) formatName() string {
	if v.Name == "" {
		return "answer"
	}
	return strings.ReplaceAll(v.Name, "-", "_")
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
