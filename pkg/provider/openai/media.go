package openai

import (
	"encoding/base64"
	"net/http"
	"strings"

	sdk "github.com/sashabaranov/go-openai"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// multiContent makes the content of a message that holds more than text. The SDK knows texts and
// images; with audio or a file among them the whole content is a mend.
func multiContent(msg *sdk.ChatCompletionMessage, parts []llm.Part, at int, m *mends) error {
	var all []any
	for _, p := range parts {
		switch {
		case p.Media != nil:
			one, err := mediaPart(p.Media)
			if err != nil {
				return err
			}
			all = append(all, one)
		case p.Text != "":
			all = append(all, sdk.ChatMessagePart{Type: sdk.ChatMessagePartTypeText, Text: p.Text})
		}
	}
	for _, one := range all {
		known, ok := one.(sdk.ChatMessagePart)
		if !ok {
			msg.MultiContent = nil
			m.message(at)["content"] = all
			return nil
		}
		msg.MultiContent = append(msg.MultiContent, known)
	}
	return nil
}

// mediaPart gives an image as image_url, audio as input_audio, a PDF as file and a text as text.
func mediaPart(media *llm.Media) (any, error) {
	mime := media.MIME
	if mime == "" && len(media.Data) > 0 {
		mime = http.DetectContentType(media.Data)
	}
	mime, _, _ = strings.Cut(mime, ";")
	encoded := func() string { return base64.StdEncoding.EncodeToString(media.Data) }
	switch {
	case len(media.Data) == 0 && media.URL != "" && (mime == "" || strings.HasPrefix(mime, "image/")):
		return image(media.URL), nil
	case len(media.Data) == 0:
	case strings.HasPrefix(mime, "image/"):
		return image("data:" + mime + ";base64," + encoded()), nil
	case strings.HasPrefix(mime, "text/") || mime == "application/json":
		return sdk.ChatMessagePart{Type: sdk.ChatMessagePartTypeText, Text: string(media.Data)}, nil
	case mime == "audio/wav" || mime == "audio/wave" || mime == "audio/x-wav":
		return audio("wav", encoded()), nil
	case mime == "audio/mpeg" || mime == "audio/mp3":
		return audio("mp3", encoded()), nil
	case mime == "application/pdf":
		name := media.Name
		if name == "" {
			name = "attachment.pdf"
		}
		file := map[string]string{"filename": name, "file_data": "data:application/pdf;base64," + encoded()}
		return map[string]any{"type": "file", "file": file}, nil
	}
	return nil, &llm.Error{Kind: llm.KindInvalid, Message: "cannot send media of type " + mime + " to this provider"}
}

func image(url string) sdk.ChatMessagePart {
	return sdk.ChatMessagePart{
		Type: sdk.ChatMessagePartTypeImageURL, ImageURL: &sdk.ChatMessageImageURL{URL: url},
	}
}

func audio(format, data string) any {
	return map[string]any{"type": "input_audio", "input_audio": map[string]string{"format": format, "data": data}}
}
