package prompt

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/mustache"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// Imported is a prompt version that was made of something else. Add writes it into a registry.
type Imported struct {
	File     *File
	Labels   []string // what pointed to it where it came from; "latest" is left out
	Warnings []string // what could not be taken over, or means something else here
}

func (im *Imported) warn(text string) {
	if !slices.Contains(im.Warnings, text) {
		im.Warnings = append(im.Warnings, text)
	}
}

// Add writes imported versions into the registry. All of them are written and parsed in memory first;
// one that exists already is an error, for which errors.Is(err, fs.ErrExist) holds, before anything is written.
func (e *Editor) Add(imports ...*Imported) ([]string, error) {
	type file struct {
		name string
		text []byte
	}
	var files []file
	for _, im := range imports {
		text, err := im.File.Bytes()
		if err != nil {
			return nil, err
		}
		name := im.File.Name + "/v" + im.File.Version + ".md"
		if _, err := ParseFile(e.shown(name), text); err != nil {
			return nil, err
		}
		if _, err := e.root.Lstat(name); err == nil {
			return nil, e.existsAlready(name)
		}
		files = append(files, file{name, text})
	}
	var written []string
	for _, f := range files {
		if err := e.root.MkdirAll(path.Dir(f.name), 0o755); err != nil {
			return written, e.fileError(f.name, err)
		}
		if err := e.create(f.name, f.text); err != nil {
			return written, err
		}
		written = append(written, e.shown(f.name))
	}
	return written, nil
}

// New writes the first version of a prompt: v0.1.0, with a body to start from.
func (e *Editor) New(name string) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	if all, err := e.versions(name); err == nil {
		known := diag.Errorf("prompt %s exists already, at version %s", name, all[0]).WithHint("`llmops prompt bump %s --pre rc` makes the next one", name)
		known.Err = fs.ErrExist
		return "", known
	}
	text := "---\nname: " + name + "\nversion: 0.1.0\ndescription: \"\" # what the prompt is for, in one line\nchangelog: First version\n" +
		"# model: openai/gpt-4o-2024-08-06\nconfig: {temperature: 0}\ninput:\n  schema:\n    question: string, what the user asks\n---\n" +
		"{{role \"system\"}}\nYou are a helpful assistant.\n{{role \"user\"}}\n{{question}}\n"
	file := name + "/v0.1.0.md"
	if err := e.root.MkdirAll(name, 0o755); err != nil {
		return "", e.fileError(name, err)
	}
	return e.shown(file), e.create(file, []byte(text))
}

// ImportText makes version 1.0.0 of a plain or Mustache text, whose variables are declared as it uses them.
func ImportText(file, name string, data []byte) (*Imported, error) {
	text, err := normalise(file, data)
	if err != nil {
		return nil, err
	}
	im := &Imported{File: &File{Path: file, Name: name, Version: "1.0.0", Description: "Imported from " + path.Base(file), Body: text}}
	return im, im.finish(file)
}

// ImportDir imports the files of a directory and those below it: .prompt as dotprompt, .txt, .mustache
// and .md as text (or as dotprompt, when they begin with front matter). Names are made of the paths.
func ImportDir(fsys fs.FS) ([]*Imported, error) {
	var out []*Imported
	var errs []error
	from := map[string]string{}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && p != "." && strings.HasPrefix(d.Name(), ".") {
			return cmp.Or(err, fs.SkipDir)
		}
		ext := path.Ext(p)
		if d.IsDir() || !slices.Contains([]string{".prompt", ".txt", ".mustache", ".md"}, ext) {
			return nil
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		name := NameFrom(strings.TrimSuffix(p, ext))
		if name == "" || from[name] != "" {
			errs = append(errs, diag.At(p, 0, 0, "has no name of its own: %q is that of %q", name, from[name]).WithHint("rename the file"))
			return nil
		}
		from[name] = p
		im, err := importFile(p, name, ext, data)
		if err != nil {
			errs = append(errs, err)
			return nil
		}
		out = append(out, im)
		return nil
	})
	return out, errors.Join(append(errs, err)...)
}

func importFile(file, name, ext string, data []byte) (*Imported, error) {
	if ext == ".prompt" || strings.HasPrefix(string(data), "---\n") {
		return ImportDotprompt(file, name, data)
	}
	return ImportText(file, name, data)
}

// finish declares the variables that the body uses, drops the declarations that it does not use, and
// parses the result, so that what was imported is sound.
func (im *Imported) finish(file string) error {
	f := im.File
	draft := *f
	draft.places, draft.input, draft.segments = places{}, &schema.Schema{}, nil
	draft.Path, draft.BodyLine = file, max(1, f.BodyLine)
	if err := draft.compile(); err != nil {
		return err
	}
	draft.declareUsed()
	if err := im.declare(draft.input); err != nil {
		return err
	}
	im.dropPartials(draft.segments)
	text, err := f.Bytes()
	if err != nil {
		return err
	}
	again, err := ParseFile(file, text)
	if err != nil {
		return err
	}
	im.File = again
	return nil
}

// declare brings the schema in line with what the body uses.
func (im *Imported) declare(used *schema.Schema) error {
	f := im.File
	have := &schema.Schema{}
	if f.Input.Schema != nil {
		var err error
		if have, err = schema.Parse(f.Input.Schema); err != nil {
			return err
		}
	}
	edit := schema.Edit{}
	for _, name := range used.Names() {
		_, byDefault := f.Input.Default[name]
		if have.Props[name] == nil && !byDefault {
			kind := "string"
			if !used.IsRequired(name) {
				kind = "any"
			}
			edit.Add = append(edit.Add, schema.NewProperty{Name: name, Type: kind, Required: used.IsRequired(name)})
		}
	}
	for _, name := range have.Names() {
		if used.Props[name] == nil && f.Input.Schema != nil {
			edit.Remove = append(edit.Remove, name)
			im.warn("variable " + name + " is declared and not used: it was dropped")
		}
	}
	for name := range f.Input.Default {
		if used.Props[name] == nil {
			delete(f.Input.Default, name)
		}
	}
	doc, err := edit.Apply(f.Input.Schema)
	f.Input.Schema = doc
	return err
}

// dropPartials declares the partials that the body includes, at a range that any first release fits.
func (im *Imported) dropPartials(segments []segment) {
	for _, s := range segments {
		if s.tmpl != nil {
			im.partialsOf(s.tmpl.Nodes)
		}
	}
}

func (im *Imported) partialsOf(nodes []mustache.Node) {
	for _, n := range nodes {
		if n.Kind == mustache.Partial {
			ref := n.Text + "@^1.0.0"
			if !slices.Contains(im.File.Partials, ref) {
				im.File.Partials = append(im.File.Partials, ref)
				im.warn("includes " + n.Text + ", which must be imported too")
			}
		}
		im.partialsOf(n.Children)
	}
}

// number gives versions to what was numbered 1, 2, 3: the first is 1.0.0, each next one what its change
// demands.
func number(list []*Imported) error {
	for i, im := range list {
		if i == 0 {
			im.File.Version = "1.0.0"
			continue
		}
		before := list[i-1].File
		base, err := semver.StrictNewVersion(before.Version)
		if err != nil {
			return err
		}
		c := Compare(&Version{File: before}, &Version{File: im.File})
		im.File.Version = Demanded(base, c.Level).String()
	}
	return nil
}
