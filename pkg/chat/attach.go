package chat

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// MaxAttachment is the largest file that can be attached, in bytes; providers take less.
const MaxAttachment = 32 << 20

// Attach makes a message part of a file or of an http(s) address. Images and PDF travel as they are;
// text is put in with its name above it. An address is passed on to the provider, not fetched.
func Attach(ref string) (llm.Part, error) {
	if strings.HasPrefix(ref, "https://") || strings.HasPrefix(ref, "http://") {
		return llm.Part{Media: &llm.Media{URL: ref, MIME: mimeOfURL(ref)}}, nil
	}
	data, err := readAttachment(ref)
	if err != nil {
		return llm.Part{}, err
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	name := filepath.Base(ref)
	switch {
	case strings.HasPrefix(kind, "image/"), kind == "application/pdf":
		return llm.Part{Media: &llm.Media{MIME: kind, Data: data, Name: name}}, nil
	case utf8.Valid(data) && !bytes.ContainsRune(data, 0):
		data = bytes.TrimPrefix(data, []byte("\ufeff"))
		return llm.Part{Text: "\n\n" + name + ":\n\n" + string(data)}, nil
	}
	return llm.Part{}, diag.At(ref, 0, 0, "cannot be attached: it is %s", kind).
		WithHint("images (PNG, JPEG, GIF, WebP), PDF and UTF-8 text can")
}

func readAttachment(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return nil, diag.Errorf("cannot attach: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read from
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, diag.At(path, 0, 0, "is a directory; attach its files one by one")
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxAttachment+1))
	switch {
	case err != nil:
		return nil, diag.At(path, 0, 0, "cannot be read: %w", err)
	case len(data) > MaxAttachment:
		return nil, diag.At(path, 0, 0, "is larger than %d MiB", MaxAttachment>>20)
	case len(data) == 0:
		return nil, diag.At(path, 0, 0, "is empty")
	}
	return data, nil
}

// mimeOfURL guesses from the ending; most providers look for themselves.
func mimeOfURL(url string) string {
	path, _, _ := strings.Cut(url, "?")
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png":
		return "image/png"
	case ".gif":
		return "image/gif"
	case ".webp":
		return "image/webp"
	case ".pdf":
		return "application/pdf"
	}
	return "image/jpeg"
}
