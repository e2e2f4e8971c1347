package prompt

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// Version is a prompt version with its partials resolved, ready to render. It is safe for concurrent use
// as long as nobody changes it.
type Version struct {
	*File

	// SHA256 names the whole: of a prompt without partials it is the sha256 of the file with LF line
	// ends, else of that hash and those of the partials.
	SHA256 string
	// Pins are the partials that the version names, at the versions that they resolved to.
	Pins []Pin

	links map[*File]map[string]*File // what each file means by a partial's name
}

// Pin is a partial at an exact version.
type Pin struct{ Name, Version, SHA256 string }

// Ref is the exact reference of the version: "customer-support@1.2.0".
func (v *Version) Ref() string { return v.Name + "@" + v.Version }

// Inline makes a Version of a template that is in no registry: a suite's inline prompt, a command line.
// It has no declarations, so variables may be anything, and are not missed unless the template uses them.
func Inline(text string) (*Version, error) {
	f := &File{Path: "inline prompt", BodyLine: 1, places: places{}, input: &schema.Schema{}}
	body, err := normalise(f.Path, []byte(text))
	if err != nil {
		return nil, err
	}
	f.Body, f.sum = body, hash(body)
	if err := f.compile(); err != nil {
		return nil, err
	}
	f.declareUsed()
	v := &Version{File: f, SHA256: f.sum}
	if err := v.bind(nil); err != nil {
		return nil, err
	}
	if errs := v.check(); len(errs) > 0 {
		return nil, errs[0]
	}
	return v, nil
}

// load reads a version and its partials, and compares the variables that the whole uses with those that
// are declared. path holds the versions that are being loaded, the outermost first.
func (r *Registry) load(name string, v *semver.Version, path []step) (*Version, error) {
	file := fileOf(name, v)
	kept, info := r.recall(file)
	if kept != nil {
		return kept.version, nil
	}
	out, err := r.assemble(name, v, path)
	if err != nil {
		return nil, err
	}
	if errs := out.check(); len(errs) > 0 {
		return nil, errs[0]
	}
	if len(out.Partials) == 0 { // else others could change
		r.keep(file, &unchanged{info: info, version: out})
	}
	return out, nil
}

// assemble is load without the comparison.
func (r *Registry) assemble(name string, v *semver.Version, path []step) (*Version, error) {
	f, err := r.read(name, v)
	if err != nil {
		return nil, err
	}
	if path, err = enter(path, f); err != nil {
		return nil, err
	}
	pins, err := r.pins(f)
	if err != nil {
		return nil, err
	}
	var parts []*Version
	for i, ref := range f.Partials {
		part, err := r.partial(f, i, ref, pins, path)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	out := &Version{File: f, SHA256: f.sum}
	for _, p := range parts {
		out.Pins = append(out.Pins, Pin{p.Name, p.Version, p.SHA256})
	}
	out.SHA256 = combine(f.sum, out.Pins)
	return out, out.bind(parts)
}

// combine hashes a file's hash together with its partials'.
func combine(sum string, pins []Pin) string {
	if len(pins) == 0 {
		return sum
	}
	lines := make([]string, len(pins))
	for i, p := range pins {
		lines[i] = fmt.Sprintf("%s %s %s\n", p.Name, p.Version, p.SHA256)
	}
	slices.Sort(lines)
	return hash(sum + "\n" + strings.Join(lines, ""))
}

// read parses one file of the registry, or gives what it parsed before when the text is the same.
func (r *Registry) read(name string, v *semver.Version) (*File, error) {
	file := fileOf(name, v)
	data, err := r.readFile(file, maxFile)
	if err != nil {
		return nil, err
	}
	text, de := normalise(r.shown(file), data)
	if de != nil {
		return nil, de
	}
	r.mu.Lock()
	f := r.parsed[file]
	r.mu.Unlock()
	if f != nil && f.sum == hash(text) {
		return f, nil
	}
	if f, err = ParseFile(r.shown(file), []byte(text)); err != nil {
		return nil, err
	}
	if err := f.fits(name, v); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.parsed == nil {
		r.parsed = map[string]*File{}
	}
	r.parsed[file] = f
	return f, nil
}

// fits compares the front matter with the file's name, and fills in what it leaves to that.
func (f *File) fits(name string, v *semver.Version) error {
	if f.Name != "" && f.Name != name {
		p := f.places["name"]
		return diag.At(f.Path, p.line, p.column, "front matter says name %s, the file lies in %s", f.Name, name).
			WithHint("write name: %s, or move the file to %s/", name, f.Name)
	}
	if f.Version != "" && f.Version != v.Original() {
		p := f.places["version"]
		return diag.At(f.Path, p.line, p.column, "front matter says version %s, the file name says %s", f.Version, v.Original()).
			WithHint("write version: %s, or rename the file to v%s.md", v.Original(), f.Version)
	}
	f.Name, f.Version = name, v.Original()
	return nil
}

// Source gives the text of a version file as it is.
func (r *Registry) Source(name, version string) ([]byte, error) {
	v, err := semver.StrictNewVersion(version)
	if err == nil {
		err = CheckName(name)
	}
	if err != nil {
		return nil, err
	}
	return r.readFile(fileOf(name, v), maxFile)
}

// readFile reads at most limit bytes of a file of the registry.
func (r *Registry) readFile(file string, limit int64) ([]byte, error) {
	f, err := r.fsys.Open(file)
	if err != nil {
		return nil, r.fileError(file, err)
	}
	defer f.Close() //nolint:errcheck // only read from
	size := int64(4096)
	if info, err := f.Stat(); err == nil {
		if info.IsDir() {
			return nil, diag.At(r.shown(file), 0, 0, "is a directory where a file belongs")
		}
		size = info.Size() + 1
	}
	if size > limit+1 {
		return nil, diag.At(r.shown(file), 0, 0, "is larger than %d MiB", limit>>20)
	}
	data := make([]byte, 0, size)
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if int64(len(data)) > limit {
			return nil, diag.At(r.shown(file), 0, 0, "is larger than %d MiB", limit>>20)
		}
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, r.fileError(file, err)
		}
	}
}
