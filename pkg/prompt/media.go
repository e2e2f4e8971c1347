package prompt

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// media makes an attachment of what {{media url=…}} rendered. Addresses are passed on, not fetched; a
// data: address is taken apart. A path of this machine is refused: it would come from a variable.
func media(url, mime string) (*llm.Media, error) {
	scheme, rest, _ := strings.Cut(url, ":")
	switch strings.ToLower(scheme) {
	case "http", "https", "gs":
		return &llm.Media{MIME: mime, URL: url}, nil
	case "data":
	default:
		return nil, fmt.Errorf("the address of {{media}} must begin with one of data:, gs:, http: and https")
	}
	head, payload, ok := strings.Cut(rest, ",")
	head, isBase64 := strings.CutSuffix(head, ";base64")
	if !ok || !isBase64 {
		return nil, fmt.Errorf("the data: address of {{media}} must be base64")
	}
	data, err := base64.StdEncoding.DecodeString(payload)
	if err != nil {
		return nil, fmt.Errorf("the data: address of {{media}} is not valid base64")
	}
	if mime == "" {
		mime, _, _ = strings.Cut(head, ";")
	}
	return &llm.Media{MIME: mime, Data: data}, nil
}
