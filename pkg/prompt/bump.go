package prompt

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// BumpOptions say which version comes next. Exactly one of Level, Pre alone and Auto, or Level with Pre.
type BumpOptions struct {
	Level     Level  // Major, Minor or Patch; None when Pre or Auto say enough
	Pre       string // "rc" asks for a prerelease: 2.0.0-rc.1, then 2.0.0-rc.2
	Auto      bool   // choose the level by what the draft changes
	Changelog string // the changelog of the new version; "" leaves it open
}

// Bumped is what Bump did.
type Bumped struct {
	Name, From, To string
	File           string // the new file; "" when the draft's own version is right already
	Change         Change // of Auto: what the draft changes since the last release
}

// Bump copies a version to the next one, with its version set and its changelog line opened. With Auto,
// the draft is the version that ref names or, when it names none, the highest there is, and the next
// version is the release that its changes demand. Processes that bump at once get different versions.
func (e *Editor) Bump(ref string, o BumpOptions) (*Bumped, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	last := ""
	for {
		b, data, err := e.plan(ref, o)
		if err != nil || b.To == b.From {
			return b, err
		}
		b.File = b.Name + "/v" + b.To + ".md"
		err = e.create(b.File, data)
		if err == nil {
			b.File = e.shown(b.File)
			return b, nil
		}
		if !errors.Is(err, fs.ErrExist) || b.To == last {
			return nil, err
		}
		last = b.To // another process was faster: what comes next now?
	}
}

func (o BumpOptions) check() error {
	if o.Auto && (o.Level != None || o.Pre != "") || !o.Auto && o.Level == None && o.Pre == "" {
		return diag.Errorf("bump needs one of major, minor, patch, pre and auto")
	}
	if o.Pre != "" {
		if _, err := semver.StrictNewVersion("1.0.0-" + o.Pre + ".1"); err != nil {
			return diag.Errorf("%.40q cannot begin a prerelease", o.Pre).WithHint("write rc, beta or alpha")
		}
	}
	return nil
}

// plan works out the next version and its text.
func (e *Editor) plan(ref string, o BumpOptions) (*Bumped, []byte, error) {
	from, err := e.source(ref, o.Auto)
	if err != nil {
		return nil, nil, err
	}
	all, err := e.versions(from.Name)
	if err != nil {
		return nil, nil, err
	}
	b := &Bumped{Name: from.Name, From: from.Version}
	v, err := semver.StrictNewVersion(from.Version)
	if err != nil {
		return nil, nil, err
	}
	next := increase(v, o.Level)
	switch {
	case o.Auto:
		if b.Change, next, err = e.choose(from, v, all); err != nil {
			return nil, nil, err
		}
	case o.Pre != "":
		next = prerelease(v, next, o, all)
	}
	if b.To = next.String(); b.To == b.From {
		return b, nil, nil
	}
	data, err := e.readFile(fileOf(from.Name, v), maxFile)
	if err != nil {
		return nil, nil, err
	}
	text, err := from.retitled(string(data), b.To, o.Changelog)
	return b, text, err
}

// source finds the version to copy: what ref names, or for Auto the highest, prereleases included. A
// prompt that has only prereleases is bumped from the highest of those.
func (e *Editor) source(ref string, auto bool) (*Version, error) {
	p, err := ParseRef(ref)
	if err != nil {
		return nil, err
	}
	if p.Git != "" {
		return nil, diag.Errorf("bump copies a file of the work tree, %s is not there", ref)
	}
	if p.Selector == "" {
		all, err := e.versions(p.Name)
		if err != nil {
			return nil, err
		}
		if auto || !hasRelease(all) {
			p.exact = all[0]
		}
	}
	return e.ResolveRef(p)
}

func hasRelease(all []*semver.Version) bool { return all != nil && lastRelease(all, nil) != nil }

// lastRelease finds the highest release below v, or of all when v is nil.
func lastRelease(all []*semver.Version, v *semver.Version) *semver.Version {
	for _, w := range all {
		if w.Prerelease() == "" && (v == nil || w.LessThan(v)) {
			return w
		}
	}
	return nil
}

// choose compares the draft with the last release and picks the release that the change demands.
func (e *Editor) choose(draft *Version, v *semver.Version, all []*semver.Version) (Change, *semver.Version, error) {
	base := lastRelease(all, v)
	if base == nil {
		first := core(v)
		return Change{}, first, nil
	}
	locked, err := e.locked(draft.Name, draft.Version)
	if err != nil {
		return Change{}, nil, err
	}
	if locked && v.Prerelease() == "" {
		return Change{}, nil, diag.Errorf("prompt %s has no draft: %s is released and locked", draft.Name, draft.Version).
			WithHint("`llmops prompt bump %s --pre rc` makes one to edit", draft.Name)
	}
	old, err := e.load(draft.Name, base, nil)
	if err != nil {
		return Change{}, nil, err
	}
	change := Compare(old, draft)
	want := Demanded(base, change.Level)
	if c := core(v); c.GreaterThan(want) {
		want = c
	}
	return change, want, nil
}

func (r *Registry) locked(name, version string) (bool, error) {
	l, err := r.readLock()
	if err != nil {
		return false, err
	}
	for _, e := range l.Entries {
		if e.Name == name && e.Version == version {
			return true, nil
		}
	}
	return false, nil
}

// Demanded gives the lowest version that may follow base with a change of this level. Below 1.0.0 a major
// change raises the minor number, so that a caret range never crosses one.
func Demanded(base *semver.Version, level Level) *semver.Version {
	if level == Major && base.Major() == 0 {
		level = Minor
	}
	if level == None {
		level = Patch
	}
	return increase(base, level)
}

func core(v *semver.Version) *semver.Version {
	return semver.New(v.Major(), v.Minor(), v.Patch(), "", "")
}

// increase raises a version as npm does: a prerelease of the number that is asked for becomes its release.
func increase(v *semver.Version, level Level) *semver.Version {
	major, minor, patch, pre := v.Major(), v.Minor(), v.Patch(), v.Prerelease() != ""
	switch level {
	case Major:
		if !pre || minor != 0 || patch != 0 {
			major++
		}
		minor, patch = 0, 0
	case Minor:
		if !pre || patch != 0 {
			minor++
		}
		patch = 0
	default:
		if !pre {
			patch++
		}
	}
	return semver.New(major, minor, patch, "", "")
}

// prerelease finds the next free prerelease. Without a level a prerelease goes on with its own number,
// and a release gets prereleases of the next patch.
func prerelease(v, next *semver.Version, o BumpOptions, all []*semver.Version) *semver.Version {
	if o.Level == None && v.Prerelease() != "" {
		next = core(v)
	}
	for n := 1; ; n++ {
		p := semver.New(next.Major(), next.Minor(), next.Patch(), fmt.Sprintf("%s.%d", o.Pre, n), "")
		free := true
		for _, w := range all {
			free = free && !w.Equal(p)
		}
		if free {
			return p
		}
	}
}
