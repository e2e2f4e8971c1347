package prompt_test

import (
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// YAML's encoder writes these texts as they are; read back, some are something else.
func TestTextsThatLookLikeYAML(t *testing.T) {
	for _, text := range []string{"<<", "~", "null", "true", "1.0", "2026-01-01", "=", "- a", "a: b", "*a", "&a", "!a", "#", "%", "@", "`"} {
		t.Run(text, func(t *testing.T) {
			f := &prompt.File{Name: "p", Version: "1.0.0", Changelog: text, Metadata: map[string]any{text: text}, Body: "Hi\n"}
			written, err := f.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			again, err := prompt.ParseFile("p.md", written)
			if err != nil {
				t.Fatalf("%v\n%s", err, written)
			}
			if again.Changelog != text || again.Metadata[text] != text {
				t.Errorf("read back as %q and %v\n%s", again.Changelog, again.Metadata, written)
			}
		})
	}
}
