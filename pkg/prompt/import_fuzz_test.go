package prompt

import "testing"

// What comes from other tools is an error or a sound file, and never a crash.
func FuzzImport(f *testing.F) {
	for _, s := range []string{
		"{{#}}", "---\nmodel: gpt-4o\nconfig: {temperature: 1}\ninput: {schema: {a: string}}\n---\n{{#if a}}{{else}}{{/if}}{{~#each b~}}{{this}}{{/each}}\n",
		`{"name": "a", "version": 1, "prompt": [{"role": "user", "content": "{{x}}"}, {"type": "placeholder", "name": "h"}], "config": {"temperature": 1}}`,
		`{"prompts": [{"name": "a", "version": 1, "template": "{{ x }}", "tags": [{"key": "k", "value": "v"}]}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if im, err := ImportDotprompt("x.prompt", "x", data); err == nil && im.File == nil {
			t.Error("dotprompt: neither a file nor an error")
		}
		if im, err := ImportText("x.txt", "x", data); err == nil && im.File == nil {
			t.Error("text: neither a file nor an error")
		}
		for name, read := range map[string]func(string, []byte) ([]*Imported, error){"langfuse": ImportLangfuse, "mlflow": ImportMLflow} {
			if list, err := read("x.json", data); err == nil && len(list) == 0 {
				t.Errorf("%s: neither a file nor an error", name)
			}
		}
	})
}
