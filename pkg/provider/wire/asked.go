package wire

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// asksForStream tells whether the request wants an event stream: by its Accept header, by Gemini's
// address, or by a true "stream" in its JSON.
func asksForStream(req *http.Request) bool {
	if strings.Contains(req.Header.Get("Accept"), "text/event-stream") ||
		strings.HasSuffix(req.URL.Path, ":streamGenerateContent") {
		return true
	}
	if req.GetBody == nil {
		return false
	}
	rc, err := req.GetBody()
	if err != nil {
		return false
	}
	defer rc.Close()
	body, err := io.ReadAll(rc)
	return err == nil && streamIsTrue(body)
}

// streamIsTrue looks for a top-level "stream": true. It walks over the text once and decodes nothing, as
// a request may hold megabytes of images.
func streamIsTrue(body []byte) bool {
	depth, key := 0, false
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{', '[':
			depth++
			key = depth == 1
		case '}', ']':
			depth--
		case ',':
			key = depth == 1
		case '"':
			end := endOfString(body, i+1)
			if key && string(body[i:min(end+1, len(body))]) == `"stream"` {
				rest := bytes.TrimLeft(body[min(end+1, len(body)):], " \t\r\n:")
				return bytes.HasPrefix(rest, []byte("true"))
			}
			i, key = end, false
		}
	}
	return false
}

// endOfString gives the index of the quote that closes the string whose text starts at i.
func endOfString(b []byte, i int) int {
	for i < len(b) {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			break
		}
		i += n
		slashes := 0
		for b[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
		i++
	}
	return len(b)
}
