package estimate

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// contentPart is a part of a message as OpenAI writes it: text, input_text, image_url, input_image, or
// something else, which is noted and not counted.
type contentPart struct {
	Type     string          `json:"type"`
	Text     string          `json:"text"`
	ImageURL json.RawMessage `json:"image_url"` // {"url": …}, or the address itself
}

func (p contentPart) part() llm.Part {
	if strings.HasSuffix(p.Type, "text") || p.Type == "" {
		return llm.Part{Text: p.Text}
	}
	if len(p.ImageURL) > 0 {
		return llm.Part{Media: image(p.ImageURL)}
	}
	return llm.Part{Media: &llm.Media{MIME: p.Type}}
}

func image(raw json.RawMessage) *llm.Media {
	var address string
	if json.Unmarshal(raw, &address) != nil {
		var object struct{ URL string }
		_ = json.Unmarshal(raw, &object) // without an address it is an image of unknown size
		address = object.URL
	}
	head, data, found := strings.Cut(strings.TrimPrefix(address, "data:"), ";base64,")
	if !found || !strings.HasPrefix(address, "data:") {
		return &llm.Media{MIME: "image", URL: address}
	}
	m := &llm.Media{MIME: head}
	m.Data, _ = base64.StdEncoding.DecodeString(data) // what is broken has no size
	return m
}
