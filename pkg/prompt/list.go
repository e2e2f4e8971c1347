package prompt

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"
)

// Entry is a prompt of the registry as its directory shows it: no file is parsed for it.
type Entry struct {
	Name     string
	Versions int               // how many
	Latest   string            // the highest release, "" when there is none
	Pre      string            // the highest prerelease above Latest, "" when there is none
	Labels   map[string]string // label → version; nil when there is none
	Changed  time.Time         // when the file of the highest version was written; zero when unknown
}

// List lists all prompts, sorted by name. It goes on after a mistake: the entries that could be read
// come together with the errors of the others, joined.
func (r *Registry) List() ([]Entry, error) {
	names, err := r.Names()
	errs := []error{err}
	labels, err := r.Labels()
	if err != nil {
		errs, labels = append(errs, err), &Labels{}
	}
	out := make([]Entry, 0, len(names))
	for _, name := range names {
		all, err := r.versions(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		e := Entry{Name: name, Versions: len(all), Labels: labels.Of[name]}
		for _, v := range all {
			if v.Prerelease() == "" {
				e.Latest = v.String()
				break
			}
			if e.Pre == "" {
				e.Pre = v.String()
			}
		}
		if info, err := fs.Stat(r.fsys, fileOf(name, all[0])); err == nil {
			e.Changed = info.ModTime()
		}
		out = append(out, e)
	}
	return out, errors.Join(append(errs, r.dangling(labels)...)...)
}

// dangling lists the labels and variants that point to versions that do not exist.
func (r *Registry) dangling(l *Labels) []error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(l.Of)) {
		versions, err := r.Versions(name)
		if err != nil {
			versions = nil
		}
		for _, label := range slices.Sorted(maps.Keys(l.Of[name])) {
			if version := l.Of[name][label]; !slices.Contains(versions, version) {
				errs = append(errs, l.dangling(name, label, version))
			}
		}
	}
	return errs
}
