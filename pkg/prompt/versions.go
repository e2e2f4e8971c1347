package prompt

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Versions lists the versions of a prompt, the highest first, by their file names alone.
func (r *Registry) Versions(name string) ([]string, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	all, err := r.versions(name)
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = v.String()
	}
	return out, err
}

// Names lists the prompts of the registry, sorted. Names that begin with a dot or an underscore are left
// alone.
func (r *Registry) Names() ([]string, error) {
	entries, err := fs.ReadDir(r.fsys, ".")
	if err != nil {
		return nil, r.fileError(".", err)
	}
	var names []string
	var errs []error
	for _, e := range entries {
		name := e.Name()
		if name[0] == '.' || name[0] == '_' || !(e.IsDir() || e.Type()&fs.ModeSymlink != 0) {
			continue
		}
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := fs.Stat(r.fsys, name)
			if err != nil {
				errs = append(errs, r.fileError(name, err))
				continue
			}
			if !info.IsDir() {
				continue
			}
		}
		if !validName(name) {
			errs = append(errs, diag.At(r.shown(name), 0, 0, "%w", CheckName(name)).WithHint("rename it, or put an underscore before the name to leave it out"))
			continue
		}
		names = append(names, name)
	}
	return names, errors.Join(errs...)
}

// versions gives the versions of a prompt by its file names, the highest first.
func (r *Registry) versions(name string) ([]*semver.Version, error) {
	kept, info := r.recall(name)
	if kept != nil {
		return kept.versions, nil
	}
	all, err := r.readVersions(name)
	if err == nil {
		r.keep(name, &unchanged{info: info, versions: all})
	}
	return all, err
}

func (r *Registry) readVersions(name string) ([]*semver.Version, error) {
	entries, err := fs.ReadDir(r.fsys, name)
	if err != nil {
		return nil, r.noPrompt(name, err)
	}
	var all []*semver.Version
	for _, e := range entries {
		text, ok := versionOf(e.Name())
		if !ok {
			continue
		}
		v, err := semver.StrictNewVersion(text)
		if err != nil || e.Name()[0] != 'v' {
			return nil, diag.At(r.shown(name+"/"+e.Name()), 0, 0, "file name has no semantic version").
				WithHint("call it v1.2.0.md or v2.0.0-rc.1.md")
		}
		if e.IsDir() {
			return nil, diag.At(r.shown(name+"/"+e.Name()), 0, 0, "is a directory where a prompt version belongs")
		}
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b *semver.Version) int { return b.Compare(a) })
	for i := 1; i < len(all); i++ {
		if all[i].Equal(all[i-1]) {
			return nil, diag.At(r.shown(fileOf(name, all[i])), 0, 0, "claims the same version as %s", r.shown(fileOf(name, all[i-1]))).
				WithHint("build metadata does not tell versions apart: remove one of them")
		}
	}
	if len(all) == 0 {
		return nil, diag.At(r.shown(name), 0, 0, "prompt %s has no versions", name).WithHint("a version is a file such as %s", r.shown(name+"/v1.0.0.md"))
	}
	return all, nil
}

// versionOf takes the version out of a file name that means to be a version; README.md does not.
func versionOf(file string) (string, bool) {
	text, ok := strings.CutSuffix(file, ".md")
	if !ok || text == "" {
		return "", false
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "v"), "V")
	return text, text != "" && text[0] >= '0' && text[0] <= '9'
}

func fileOf(name string, v *semver.Version) string { return name + "/v" + v.Original() + ".md" }

func (r *Registry) noPrompt(name string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return r.fileError(name, err)
	}
	where := ""
	if r.Dir != "" {
		where = " in " + r.Dir
	}
	names, _ := r.Names()
	e := diag.Errorf("no prompt %q%s", name, where).WithHint("%s", diag.DidYouMean(name, names))
	if e.Advice == "" && len(names) > 0 {
		e.Advice = "prompts: " + strings.Join(names[:min(len(names), 10)], ", ")
	}
	e.Err = fs.ErrNotExist
	return e
}

// find chooses the version that a reference means.
func (r *Registry) find(ref Ref) (*semver.Version, error) {
	if err := CheckName(ref.Name); err != nil {
		return nil, err
	}
	all, err := r.versions(ref.Name)
	if err != nil {
		return nil, err
	}
	if ref.label != "" {
		return r.labelled(ref, all)
	}
	for _, v := range all {
		switch {
		case ref.exact != nil && v.Equal(ref.exact),
			ref.exact == nil && ref.constraint != nil && ref.constraint.Check(v),
			ref.exact == nil && ref.constraint == nil && v.Prerelease() == "":
			return v, nil
		}
	}
	return nil, noVersion(ref, all)
}

func noVersion(ref Ref, all []*semver.Version) error {
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = v.String()
	}
	e := diag.Errorf("prompt %s has no version %s", ref.Name, ref.want())
	if ref.want() == Latest {
		e = diag.Errorf("prompt %s has no release yet, only prereleases", ref.Name)
	}
	e.Err = fs.ErrNotExist
	return e.WithHint("its versions: %s", strings.Join(names[:min(len(names), 8)], ", "))
}

func (ref Ref) want() string {
	switch {
	case ref.exact != nil:
		return ref.exact.String()
	case ref.constraint != nil || ref.label != "":
		return ref.Selector
	}
	return Latest
}
