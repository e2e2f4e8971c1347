package prompt

import "testing"

func TestHandlebarsWithoutAName(t *testing.T) {
	for _, body := range []string{"{{#}}", "{{# }}x{{/}}", "{{~#~}}", "{{^ }}", "{{/}}", "{{>}}", "{{&}}", "{{{}}}", "{{ }}", "{{json}}", "{{role}}", "{{media}}", "{{!--}}"} {
		if im, err := ImportDotprompt("x.prompt", "x", []byte("---\nmodel: openai/gpt-4o\n---\n"+body+"\n")); err == nil && im.File == nil {
			t.Errorf("%s: neither a file nor an error", body)
		}
	}
}
