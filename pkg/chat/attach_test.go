package chat_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/chat"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAttachMedia(t *testing.T) {
	for kind, text := range map[string]string{
		"image/png": "\x89PNG\r\n\x1a\n....", "image/jpeg": "\xff\xd8\xff....", "image/gif": "GIF89a....",
		"image/webp": "RIFF....WEBPVP8 ", "application/pdf": "%PDF-1.7\n\xe2\xe3",
	} {
		part, err := chat.Attach(write(t, "named.txt", text)) // what is in it counts, not its name
		if err != nil || part.Media == nil || part.Media.MIME != kind || string(part.Media.Data) != text || part.Media.Name != "named.txt" {
			t.Errorf("%s: %+v, %v", kind, part, err)
		}
	}
}

func TestAttachText(t *testing.T) {
	for name, text := range map[string]string{"plain": "İstanbul\n", "with a byte order mark": "\ufeffİstanbul\n"} {
		part, err := chat.Attach(write(t, "notes.md", text))
		if want := "\n\nnotes.md:\n\nİstanbul\n"; err != nil || part.Text != want {
			t.Errorf("%s: %q, %v; want %q", name, part.Text, err, want)
		}
	}
}

func TestAttachAddress(t *testing.T) {
	for url, kind := range map[string]string{
		"https://example.com/a.png": "image/png", "http://example.com/a.PDF?page=1.png": "application/pdf",
		"https://example.com/a.webp": "image/webp", "https://example.com/a.gif": "image/gif", "https://example.com/photo": "image/jpeg",
	} {
		part, err := chat.Attach(url)
		if err != nil || part.Media == nil || part.Media.URL != url || part.Media.MIME != kind || part.Media.Data != nil {
			t.Errorf("%s: %+v, %v; want %s", url, part.Media, err, kind)
		}
	}
}

func TestAttachRefuses(t *testing.T) {
	huge := write(t, "huge", "")
	if err := os.Truncate(huge, 1<<30); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, path, want string }{
		{"a directory", t.TempDir(), "is a directory"},
		{"no file", filepath.Join(t.TempDir(), "none.png"), "none.png"},
		{"an empty file", write(t, "empty", ""), "is empty"},
		{"a huge file", huge, "is larger than 32 MiB"},
		{"another encoding", write(t, "latin1.txt", "caf\xe9"), "cannot be attached"},
		{"binary data", write(t, "a.bin", "\x00\x01\x02"), "cannot be attached"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := chat.Attach(tt.path)
			var user *diag.Error
			if !errors.As(err, &user) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v; want a *diag.Error with %q", err, tt.want)
			}
		})
	}
}
