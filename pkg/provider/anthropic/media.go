package anthropic

import (
	"encoding/base64"
	"net/http"
	"strings"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// mediaBlock gives an image block for an image, and a document block for a PDF or a text.
func mediaBlock(m *llm.Media) (sdk.ContentBlockParamUnion, error) {
	mime := m.MIME
	if mime == "" && len(m.Data) > 0 {
		mime = http.DetectContentType(m.Data)
	}
	mime, _, _ = strings.Cut(mime, ";")
	isImage := strings.HasPrefix(mime, "image/")
	switch {
	case len(m.Data) == 0 && m.URL != "" && mime == "application/pdf":
		return sdk.NewDocumentBlock(sdk.URLPDFSourceParam{URL: m.URL}), nil
	case len(m.Data) == 0 && m.URL != "" && (isImage || mime == ""):
		return sdk.NewImageBlock(sdk.URLImageSourceParam{URL: m.URL}), nil
	case len(m.Data) > 0 && isImage:
		return sdk.NewImageBlockBase64(mime, base64.StdEncoding.EncodeToString(m.Data)), nil
	case len(m.Data) > 0 && mime == "application/pdf":
		return sdk.NewDocumentBlock(sdk.Base64PDFSourceParam{Data: base64.StdEncoding.EncodeToString(m.Data)}), nil
	case len(m.Data) > 0 && strings.HasPrefix(mime, "text/"):
		return sdk.NewDocumentBlock(sdk.PlainTextSourceParam{Data: string(m.Data)}), nil
	}
	return sdk.ContentBlockParamUnion{}, &llm.Error{
		Kind: llm.KindInvalid, Message: "cannot send media of type " + mime + " to this provider",
	}
}
