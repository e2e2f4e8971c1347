package gemini

import (
	"encoding/json"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// request is the body of generateContent.
type request struct {
	SystemInstruction *content         `json:"systemInstruction,omitempty"`
	Contents          []content        `json:"contents"`
	Tools             []tool           `json:"tools,omitempty"`
	ToolConfig        *toolConfig      `json:"toolConfig,omitempty"`
	GenerationConfig  generationConfig `json:"generationConfig,omitzero"`
}

type generationConfig struct {
	Temperature        *float64        `json:"temperature,omitempty"`
	TopP               *float64        `json:"topP,omitempty"`
	MaxOutputTokens    int             `json:"maxOutputTokens,omitempty"`
	StopSequences      []string        `json:"stopSequences,omitempty"`
	Seed               *int64          `json:"seed,omitempty"`
	ResponseMimeType   string          `json:"responseMimeType,omitempty"`
	ResponseJSONSchema json.RawMessage `json:"responseJsonSchema,omitempty"`
	ResponseLogProbs   bool            `json:"responseLogprobs,omitempty"`
	LogProbs           int             `json:"logprobs,omitempty"`
}

type tool struct {
	FunctionDeclarations []function `json:"functionDeclarations"`
}

type function struct {
	Name                 string          `json:"name"`
	Description          string          `json:"description,omitempty"`
	ParametersJSONSchema json.RawMessage `json:"parametersJsonSchema,omitempty"`
}

type toolConfig struct {
	FunctionCallingConfig struct {
		Mode                 string   `json:"mode"`
		AllowedFunctionNames []string `json:"allowedFunctionNames,omitempty"`
	} `json:"functionCallingConfig"`
}

// compose makes the JSON of a request. The model's name is in the address.
func compose(req *llm.Request) ([]byte, error) {
	system, contents, err := conversation(req.Messages)
	if err != nil {
		return nil, err
	}
	body := request{
		SystemInstruction: system,
		Contents:          contents,
		Tools:             tools(req.Tools),
		ToolConfig:        choice(req.ToolChoice),
		GenerationConfig: generationConfig{
			Temperature:     req.Temperature,
			TopP:            req.TopP,
			MaxOutputTokens: req.MaxTokens,
			StopSequences:   req.Stop,
			Seed:            req.Seed,
		},
	}
	if req.LogProbs > 0 {
		body.GenerationConfig.ResponseLogProbs, body.GenerationConfig.LogProbs = true, min(req.LogProbs, maxLogProbs)
	}
	if f := req.Format; f != nil {
		body.GenerationConfig.ResponseMimeType = "application/json"
		if f.Type == llm.FormatSchema {
			body.GenerationConfig.ResponseJSONSchema = f.Schema
		}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return req.Overlay(raw, "model", "contents")
}

func tools(list []llm.Tool) []tool {
	var functions []function
	for _, t := range list {
		functions = append(functions, function{t.Name, t.Description, t.Parameters})
	}
	if functions == nil {
		return nil
	}
	return []tool{{functions}}
}

func choice(name string) *toolConfig {
	var c toolConfig
	mode := &c.FunctionCallingConfig
	switch name {
	case "":
		return nil
	case "auto":
		mode.Mode = "AUTO"
	case "none":
		mode.Mode = "NONE"
	case "required":
		mode.Mode = "ANY"
	default:
		mode.Mode, mode.AllowedFunctionNames = "ANY", []string{name}
	}
	return &c
}
