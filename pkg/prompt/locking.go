package prompt

import (
	"errors"
	"fmt"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// LockOptions say what to lock. The zero value locks all releases.
type LockOptions struct {
	Names       []string // only these prompts, and the partials that they need; nil means all
	Prereleases bool     // lock prereleases too
	Replace     bool     // take edited and removed versions (of Names) as they are now, instead of failing
	Unchecked   bool     // lock versions that Check finds too small for their changes, too
}

// Locked is what Lock did.
type Locked struct {
	Added    []LockEntry // new in the lock, or replaced
	Dropped  []LockEntry // of removed versions, with Replace
	Versions int         // in the lock now
}

// Lock adds the versions that are not in prompts.lock yet, each with the partials that it resolves to
// now. A locked version that was edited or removed is an error, unless Replace is set: its users were
// promised that it stays. So is a new version that Check finds too small for what it changes, unless Unchecked
// is set. Every version is parsed before anything is written.
func (e *Editor) Lock(o LockOptions) (*Locked, error) {
	var done *Locked
	err := e.update(lockFile, func(old []byte) ([]byte, error) {
		lock, err := parseLock(e.shown(lockFile), old)
		if err != nil {
			return nil, err
		}
		l := locking{editor: e, options: o, entries: map[[2]string]LockEntry{}, gone: map[[2]string]bool{}, done: &Locked{}}
		if err := l.keep(lock); err != nil {
			return nil, err
		}
		if err := l.all(); err != nil {
			return nil, err
		}
		done = l.done
		return l.bytes(lock.path), nil
	})
	e.forgetLock()
	return done, err
}

type locking struct {
	editor  *Editor
	options LockOptions
	entries map[[2]string]LockEntry
	fresh   []LockEntry        // to be locked again, prereleases among them too
	gone    map[[2]string]bool // removed versions
	done    *Locked
}

// keep takes over the entries that still hold.
func (l *locking) keep(lock *Lock) error {
	report, err := l.editor.verify(lock)
	if err != nil {
		return err
	}
	broken := map[[2]string]bool{}
	for _, m := range report.Mismatches {
		if !l.mayReplace(m.Name) {
			return diag.At(lock.path, m.Line, 0, "%s", m).WithHint("restore it and make a new version: `llmops prompt bump %s`; or lock with --replace", m.Name)
		}
		broken[[2]string{m.Name, m.Version}] = true
		if m.Got == "" && m.Partial == "" {
			l.done.Dropped = append(l.done.Dropped, LockEntry{Name: m.Name, Version: m.Version, SHA256: m.Want})
			l.gone[[2]string{m.Name, m.Version}] = true
		}
	}
	for lock.spread(broken) { // what includes a replaced version is locked with it again
	}
	for _, e := range lock.Entries {
		if key := [2]string{e.Name, e.Version}; !broken[key] {
			l.entries[key] = e
		} else if !l.gone[key] {
			l.fresh = append(l.fresh, e)
		}
	}
	return nil
}

func (l *locking) mayReplace(name string) bool {
	return l.options.Replace && (l.options.Names == nil || slices.Contains(l.options.Names, name))
}

// spread adds the entries that are pinned to one of the set, and tells whether there were any.
func (l *Lock) spread(set map[[2]string]bool) bool {
	added := false
	for _, e := range l.Entries {
		key := [2]string{e.Name, e.Version}
		if !set[key] && slices.ContainsFunc(e.Pins, func(p Pin) bool { return set[[2]string{p.Name, p.Version}] }) {
			set[key], added = true, true
		}
	}
	return added
}

func (l *locking) all() error {
	names := l.options.Names
	if names == nil {
		var err error
		if names, err = l.editor.Names(); err != nil {
			return err
		}
	}
	var errs []error
	for _, name := range names {
		all, err := l.editor.versions(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, v := range all {
			if v.Prerelease() == "" || l.options.Prereleases {
				errs = append(errs, l.one(name, v, all))
			}
		}
	}
	for _, e := range l.fresh {
		v, err := semver.StrictNewVersion(e.Version)
		if err == nil {
			err = l.one(e.Name, v, nil)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// one locks a version and the partials that it needs. It is checked against all versions of the prompt; none are
// given for one that was locked before.
func (l *locking) one(name string, v *semver.Version, all []*semver.Version) error {
	key := [2]string{name, v.Original()}
	if _, ok := l.entries[key]; ok {
		return nil
	}
	version, err := l.editor.load(name, v, nil)
	if err != nil {
		return err
	}
	if err := l.check(version, v, all); err != nil {
		return err
	}
	for _, p := range version.Pins {
		pv, err := semver.StrictNewVersion(p.Version)
		if err != nil {
			return err
		}
		if err := l.partial(p.Name, pv); err != nil {
			return err
		}
		if locked := l.entries[[2]string{p.Name, p.Version}]; locked.SHA256 != p.SHA256 {
			return fmt.Errorf("prompt %s: partial %s@%s changed while it was locked", version.Ref(), p.Name, p.Version)
		}
	}
	e := LockEntry{Name: name, Version: v.Original(), SHA256: version.SHA256, Pins: version.Pins}
	l.entries[key] = e
	l.done.Added = append(l.done.Added, e)
	return nil
}

func (l *locking) partial(name string, v *semver.Version) error {
	all, err := l.editor.versions(name)
	if err != nil {
		return err
	}
	return l.one(name, v, all)
}

func (l *locking) check(version *Version, v *semver.Version, all []*semver.Version) error {
	if l.options.Unchecked || all == nil {
		return nil
	}
	c, err := l.editor.checkVersion(version.Name, v, all)
	if err != nil || c.OK {
		return err
	}
	return diag.At(version.Path, 0, 0, "%s since %s is a %s change and demands %s", c.Version, c.Since, c.Change.Level, c.Want).
		WithHint("`llmops prompt check %s` says why; `llmops prompt lock --unchecked` locks it as it is", c.Name)
}

func (l *locking) bytes(path string) []byte {
	out := Lock{path: path}
	for _, e := range l.entries {
		out.Entries = append(out.Entries, e)
	}
	l.done.Versions = len(out.Entries)
	slices.SortFunc(l.done.Added, func(a, b LockEntry) int { return compareText(a.Name+" "+a.Version, b.Name+" "+b.Version) })
	return out.bytes()
}
