package prompt

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// foreign is a prompt version of a server, in whatever of its exports it was found.
type foreign struct {
	name, message string
	number        int
	text          string    // a text prompt
	chat          []chatRow // a chat prompt
	settings      map[string]any
	schema        json.RawMessage
	labels        []string
	metadata      map[string]any
}

type chatRow struct{ role, content, placeholder string }

// ImportLangfuse reads prompts as Langfuse's API and its export give them: one object, a list of them, or
// {"data": […]}. Versions 1, 2, 3 become 1.0.0 and what the changes demand from there.
func ImportLangfuse(file string, data []byte) ([]*Imported, error) {
	rows, err := jsonRows(file, data, "data", "prompts")
	if err != nil {
		return nil, err
	}
	var all []foreign
	for i, row := range rows {
		f := foreign{
			name: str(row["name"]), message: str(row["commitMessage"]), number: int(num(row["version"])),
			settings: object(row["config"]), labels: strs(row["labels"]),
		}
		f.metadata = map[string]any{"version": int64(f.number)}
		if tags := strs(row["tags"]); len(tags) > 0 {
			f.metadata["tags"] = list(tags)
		}
		if err := f.content(file, i, row["prompt"]); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return assemble(file, "langfuse", all)
}

// ImportMLflow reads prompt versions of an MLflow registry: entities with a template, or model versions
// whose tags hold it; one object, a list, or {"prompts": […]}, {"prompt_versions": […]}, {"model_versions": […]}.
func ImportMLflow(file string, data []byte) ([]*Imported, error) {
	rows, err := jsonRows(file, data, "prompts", "prompt_versions", "model_versions", "versions", "data")
	if err != nil {
		return nil, err
	}
	var all []foreign
	for i, row := range rows {
		tags := mlflowTags(row["tags"])
		f := foreign{
			name: str(row["name"]), number: int(num(row["version"])), labels: strs(row["aliases"]),
			message: cmp.Or(str(row["commit_message"]), str(row["description"])),
		}
		f.metadata = map[string]any{"version": int64(f.number)}
		template := row["template"]
		if template == nil {
			template = decoded(tags["mlflow.prompt.text"], tags["_mlflow_prompt_type"] == "chat")
		}
		f.settings = firstObject(row["model_config"], decoded(tags["_mlflow_prompt_model_config"], true))
		if s := firstObject(row["response_format"], decoded(tags["_mlflow_prompt_response_format"], true)); len(s) > 0 {
			f.schema, _ = json.Marshal(s) // it came from JSON
		}
		own := map[string]any{}
		for k, v := range tags {
			if !strings.HasPrefix(k, "mlflow.") && !strings.HasPrefix(k, "_mlflow") {
				own[k] = v
			}
		}
		if len(own) > 0 {
			f.metadata["tags"] = own
		}
		if err := f.content(file, i, template); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return assemble(file, "mlflow", all)
}

// jsonRows finds the objects of an export.
func jsonRows(file string, data []byte, keys ...string) ([]map[string]any, error) {
	if len(data) > maxLock {
		return nil, diag.At(file, 0, 0, "is larger than %d MiB", maxLock>>20)
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		at := len(data)
		if se := (*json.SyntaxError)(nil); errors.As(err, &se) {
			at = min(int(max(se.Offset-1, 0)), at)
		}
		return nil, diag.At(file, 1+bytes.Count(data[:at], []byte("\n")), at-bytes.LastIndexByte(data[:at], '\n'), "is not valid JSON: %w", err)
	}
	if m, ok := v.(map[string]any); ok && m["name"] == nil {
		for _, key := range keys {
			if m[key] != nil {
				v = m[key]
				break
			}
		}
	}
	if m, ok := v.(map[string]any); ok {
		v = []any{m}
	}
	items, _ := v.([]any)
	var rows []map[string]any
	for i, item := range items {
		m, ok := item.(map[string]any)
		if !ok || str(m["name"]) == "" {
			return nil, diag.At(file, 0, 0, "item %d is no prompt: it has no name", i+1)
		}
		rows = append(rows, m)
	}
	if len(rows) == 0 {
		return nil, diag.At(file, 0, 0, "holds no prompts").WithHint("export a prompt, a list of prompts, or {%q: […]}", keys[0])
	}
	return rows, nil
}

// content takes the text or the messages of a prompt.
func (f *foreign) content(file string, i int, v any) error {
	switch v := v.(type) {
	case string:
		f.text = v
		return nil
	case []any:
		for _, item := range v {
			m := object(item)
			row := chatRow{role: str(m["role"]), content: str(m["content"])}
			if str(m["type"]) == "placeholder" {
				row.placeholder = str(m["name"])
			} else if row.role == "" || m["content"] == nil {
				return diag.At(file, 0, 0, "prompt %s, item %d: a message needs role and content as text", f.name, i+1)
			}
			f.chat = append(f.chat, row)
		}
		return nil
	}
	return diag.At(file, 0, 0, "prompt %s, item %d has neither a text nor messages", f.name, i+1)
}

// assemble makes files of the versions, by name and number.
func assemble(file, source string, all []foreign) ([]*Imported, error) {
	slices.SortStableFunc(all, func(a, b foreign) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.number, b.number)) })
	var out, group []*Imported
	names := map[string]string{}
	for i, f := range all {
		im, err := f.imported(file, source)
		if err != nil {
			return nil, err
		}
		if was, ok := names[im.File.Name]; ok && was != f.name {
			return nil, diag.At(file, 0, 0, "%q and %q would both be called %s", was, f.name, im.File.Name)
		}
		names[im.File.Name] = f.name
		group = append(group, im)
		if i+1 == len(all) || all[i+1].name != f.name {
			if err := number(group); err != nil {
				return nil, err
			}
			out, group = append(out, group...), nil
		}
	}
	return out, nil
}

func (f *foreign) imported(file, source string) (*Imported, error) {
	name := NameFrom(f.name)
	if name == "" {
		return nil, diag.At(file, 0, 0, "no prompt name can be made of %.60q", f.name)
	}
	im := &Imported{File: &File{
		Path: file, Name: name, Version: "1.0.0", Description: fmt.Sprintf("Imported from %s", source), Changelog: f.message,
		Metadata: map[string]any{source: f.metadata},
	}}
	if name != f.name {
		im.warn(fmt.Sprintf("the name %q became %s", f.name, name))
	}
	for _, l := range f.labels {
		if l != Latest {
			im.Labels = append(im.Labels, NameFrom(l))
		}
	}
	im.settings(f.settings)
	if f.schema != nil {
		im.File.Output = Output{Format: "json", Schema: f.schema}
	}
	if strings.Contains(f.text, "{%") {
		im.warn("{% … %} is Jinja, which is plain text here")
	}
	im.File.Body = f.body(im)
	if err := im.finish(fmt.Sprintf("%s (%s, version %d)", file, f.name, f.number)); err != nil {
		return nil, err
	}
	return im, nil
}

// body writes the messages with their role lines.
func (f *foreign) body(im *Imported) string {
	if f.chat == nil {
		return ensureLine(f.text)
	}
	var b strings.Builder
	for _, row := range f.chat {
		switch {
		case row.placeholder != "" && strings.Contains(b.String(), "{{history}}"):
			im.warn("the placeholder " + row.placeholder + " was left out: there is one {{history}} a prompt")
		case row.placeholder != "":
			im.warn("the placeholder " + row.placeholder + " became {{history}}, the conversation so far")
			b.WriteString("{{history}}\n")
		default:
			role := map[string]string{"system": "system", "developer": "system", "assistant": "assistant", "model": "assistant"}[row.role]
			b.WriteString("{{role \"" + cmp.Or(role, "user") + "\"}}\n" + ensureLine(row.content))
		}
	}
	return b.String()
}

func ensureLine(s string) string {
	s = toLF(s)
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return s
}
