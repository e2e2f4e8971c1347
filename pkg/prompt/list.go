package prompt

import (
	"errors"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
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
	found := make([]listed, len(names))
	var workers sync.WaitGroup
	n := min(runtime.GOMAXPROCS(0)*2, len(names))
	for w := range n {
		workers.Go(func() {
			for i := w; i < len(names); i += n {
				found[i] = r.entry(names[i], labels)
			}
		})
	}
	workers.Wait()
	out := make([]Entry, 0, len(names))
	known := make(map[string][]*semver.Version, len(names))
	for i, f := range found {
		if f.err != nil {
			errs = append(errs, f.err)
			continue
		}
		out = append(out, f.Entry)
		known[names[i]] = f.versions
	}
	return out, errors.Join(append(errs, labels.allDangling(known)...)...)
}

type listed struct {
	Entry
	versions []*semver.Version
	err      error
}

func (r *Registry) entry(name string, labels *Labels) listed {
	all, err := r.versions(name)
	if err != nil {
		return listed{err: err}
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
	return listed{Entry: e, versions: all}
}

// allDangling lists the labels and the variants of experiments that point to versions that do not exist.
func (l *Labels) allDangling(known map[string][]*semver.Version) []error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(l.Of)) {
		for _, label := range slices.Sorted(maps.Keys(l.Of[name])) {
			version := l.Of[name][label]
			if !slices.ContainsFunc(known[name], func(v *semver.Version) bool { return v.String() == version }) {
				errs = append(errs, l.dangling(name, label, version))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Experiments)) {
		e := l.Experiments[name]
		for _, variant := range e.Variants {
			if !slices.ContainsFunc(known[e.Prompt], func(v *semver.Version) bool { return v.String() == variant.Version }) {
				p := l.places["experiments."+name]
				errs = append(errs, diag.At(l.path, p.line, p.column, "experiment %s has the variant %s@%s, which does not exist", name, e.Prompt, variant.Version))
			}
		}
	}
	return errs
}
