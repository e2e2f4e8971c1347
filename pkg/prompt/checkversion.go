package prompt

import (
	"errors"

	"github.com/Masterminds/semver/v3"
)

// Checked is the verdict on one draft: whether its version is high enough for what it changes.
type Checked struct {
	Name    string
	Version string
	Since   string // the last release before it; "" when it is the first
	Change  Change // since then
	Want    string // the lowest version that the change demands; "" when it is the first
	OK      bool
}

// Check compares each version of a prompt that is not locked with the last release before it. The oldest
// comes first.
func (r *Registry) Check(name string) ([]Checked, error) {
	all, err := r.versions(name)
	if err != nil {
		return nil, err
	}
	lock, err := r.readLock()
	if err != nil {
		return nil, err
	}
	locked := map[string]bool{}
	for _, e := range lock.Entries {
		if e.Name == name {
			locked[e.Version] = true
		}
	}
	var out []Checked
	var errs []error
	for i := len(all) - 1; i >= 0; i-- {
		if locked[all[i].Original()] {
			continue
		}
		c, err := r.checkVersion(name, all[i], all)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, c)
	}
	return out, errors.Join(errs...)
}

func (r *Registry) checkVersion(name string, v *semver.Version, all []*semver.Version) (Checked, error) {
	c := Checked{Name: name, Version: v.Original(), OK: true}
	draft, err := r.load(name, v, nil)
	if err != nil {
		return c, err
	}
	base := lastRelease(all, v)
	if base == nil {
		return c, nil
	}
	old, err := r.load(name, base, nil)
	if err != nil {
		return c, err
	}
	want := Demanded(base, Compare(old, draft).Level)
	c.Since, c.Change, c.Want = base.Original(), Compare(old, draft), want.String()
	c.OK = !core(v).LessThan(want)
	return c, nil
}
