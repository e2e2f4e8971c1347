package gemini

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// content is one turn.
type content struct {
	Role  string `json:"role,omitempty"`
	Parts []part `json:"parts"`
}

// part is a piece of a turn, asked or answered. raw is an Extra's, sent back under its type.
type part struct {
	Text             *string           `json:"text,omitempty"`
	Thought          bool              `json:"thought,omitempty"`
	ThoughtSignature string            `json:"thoughtSignature,omitempty"`
	InlineData       *blob             `json:"inlineData,omitempty"`
	FileData         *file             `json:"fileData,omitempty"`
	FunctionCall     *functionCall     `json:"functionCall,omitempty"`
	FunctionResponse *functionResponse `json:"functionResponse,omitempty"`
	ExecutableCode   json.RawMessage   `json:"executableCode,omitempty"`
	CodeResult       json.RawMessage   `json:"codeExecutionResult,omitempty"`
}

type blob struct {
	MimeType string `json:"mimeType"`
	Data     []byte `json:"data"`
}

type file struct {
	MimeType string `json:"mimeType,omitempty"`
	FileURI  string `json:"fileUri"`
}

type functionCall struct {
	ID   string          `json:"id,omitempty"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
}

type functionResponse struct {
	ID       string         `json:"id,omitempty"`
	Name     string         `json:"name"`
	Response map[string]any `json:"response"`
}

// conversation splits off the system messages and joins neighbours that have the same role here: the
// responses to parallel calls must come in one turn.
func conversation(list []llm.Message) (system *content, turns []content, err error) {
	names := map[string]string{} // of the functions called so far, by the call's id
	turns = []content{}
	for _, m := range list {
		parts, err := translate(m.Parts, names)
		if err != nil {
			return nil, nil, err
		}
		role := "user"
		switch m.Role {
		case llm.RoleSystem:
			if system == nil {
				system = &content{}
			}
			system.Parts = append(system.Parts, parts...)
			continue
		case llm.RoleAssistant:
			role = "model"
		}
		if n := len(turns); n > 0 && turns[n-1].Role == role {
			turns[n-1].Parts = append(turns[n-1].Parts, parts...)
		} else {
			turns = append(turns, content{role, parts})
		}
	}
	return system, turns, nil
}

// translate gives the parts of one message. A signature goes onto the part that follows it, or onto an
// empty text at the end. Shown thoughts are not sent back, as only signatures count.
func translate(list []llm.Part, names map[string]string) ([]part, error) {
	out := []part{}
	signature := ""
	for _, p := range list {
		one, err := translateOne(p, names)
		if err != nil {
			return nil, err
		}
		if p.Reasoning != nil && p.Reasoning.Fits(extraProvider) {
			signature = p.Reasoning.Signature
		}
		if one != nil {
			one.ThoughtSignature, signature = signature, ""
			out = append(out, *one)
		}
	}
	if signature != "" {
		out = append(out, part{Text: new(string), ThoughtSignature: signature})
	}
	return out, nil
}

func translateOne(p llm.Part, names map[string]string) (*part, error) {
	switch {
	case p.Media != nil:
		return media(p.Media)
	case p.ToolCall != nil:
		names[p.ToolCall.ID] = p.ToolCall.Name
		return &part{FunctionCall: &functionCall{realID(p.ToolCall.ID), p.ToolCall.Name, arguments(p.ToolCall.Arguments)}}, nil
	case p.ToolResult != nil:
		return &part{FunctionResponse: response(p.ToolResult, names)}, nil
	case p.Extra != nil && p.Extra.Provider == extraProvider && p.Extra.Type == "executableCode":
		return &part{ExecutableCode: p.Extra.Data}, nil
	case p.Extra != nil && p.Extra.Provider == extraProvider && p.Extra.Type == "codeExecutionResult":
		return &part{CodeResult: p.Extra.Data}, nil
	case p.Text != "":
		return &part{Text: &p.Text}, nil
	}
	return nil, nil
}

// realID drops the ids that we made up for calls that came without one.
func realID(id string) string {
	if strings.HasPrefix(id, "call_") {
		return ""
	}
	return id
}

// arguments must be an object here; what is not, the model wrote wrong, and gets it back as a text.
func arguments(text string) json.RawMessage {
	var object map[string]json.RawMessage
	if text == "" {
		return json.RawMessage("{}")
	}
	if json.Unmarshal([]byte(text), &object) == nil && object != nil {
		return json.RawMessage(text)
	}
	wrapped, _ := json.Marshal(map[string]string{"invalid_json": text})
	return wrapped
}

// response makes an object of a result that is none, under the names that Gemini's documentation gives.
func response(r *llm.ToolResult, names map[string]string) *functionResponse {
	out := &functionResponse{ID: realID(r.ID), Name: r.Name}
	if out.Name == "" {
		out.Name = names[r.ID]
	}
	switch {
	case r.IsError:
		out.Response = map[string]any{"error": r.Content}
	case json.Unmarshal([]byte(r.Content), &out.Response) != nil || out.Response == nil:
		out.Response = map[string]any{"result": r.Content}
	}
	return out
}

func media(m *llm.Media) (*part, error) {
	mime := m.MIME
	switch {
	case len(m.Data) > 0 && mime == "":
		mime, _, _ = strings.Cut(http.DetectContentType(m.Data), ";")
		fallthrough
	case len(m.Data) > 0:
		return &part{InlineData: &blob{mime, m.Data}}, nil
	case m.URL != "":
		return &part{FileData: &file{mime, m.URL}}, nil
	}
	return nil, &llm.Error{Kind: llm.KindInvalid, Message: "media without data and without an address"}
}
