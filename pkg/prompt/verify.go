package prompt

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sync"
)

// Mismatch is a published version that is not what was locked.
type Mismatch struct {
	Name, Version string
	Want          string // the hash in the lock
	Got           string // the hash now; "" when the file is gone
	Partial       string // "safety@1.0.1" when the lock contradicts itself about that partial
	Line          int    // in prompts.lock
}

func (m Mismatch) String() string {
	switch {
	case m.Partial != "":
		return fmt.Sprintf("%s %s was locked with %s as sha256:%s, which is locked as sha256:%s", m.Name, m.Version, m.Partial, m.Want, cmp.Or(m.Got, "(not at all)"))
	case m.Got == "":
		return fmt.Sprintf("%s %s was removed: locked as sha256:%s", m.Name, m.Version, m.Want)
	}
	return fmt.Sprintf("%s %s was edited: locked as sha256:%s, is sha256:%s", m.Name, m.Version, m.Want, m.Got)
}

// Verification is the outcome of Verify.
type Verification struct {
	Checked    int        // locked versions
	Mismatches []Mismatch // by name and version as in the lock; empty means that all is well
	Unlocked   []string   // releases that are not locked yet, as references
}

// Verify compares every locked version with its file. A broken lock is an error; edited and removed
// versions are Mismatches.
func (r *Registry) Verify() (*Verification, error) {
	lock, err := r.readLock()
	if err != nil {
		return nil, err
	}
	report, err := r.verify(lock)
	if err != nil {
		return nil, err
	}
	report.Unlocked, err = r.unlocked(lock)
	return report, err
}

func (r *Registry) verify(lock *Lock) (*Verification, error) {
	sums := map[[2]string]string{}
	for _, e := range lock.Entries {
		sums[[2]string{e.Name, e.Version}] = e.SHA256
	}
	found := make([]*Mismatch, len(lock.Entries))
	errs := make([]error, len(lock.Entries))
	var workers sync.WaitGroup
	n := min(runtime.GOMAXPROCS(0)*2, len(lock.Entries))
	for w := range n {
		workers.Go(func() {
			for i := w; i < len(lock.Entries); i += n {
				found[i], errs[i] = r.verifyEntry(lock.Entries[i], sums)
			}
		})
	}
	workers.Wait()
	report := &Verification{Checked: len(lock.Entries)}
	for _, m := range found {
		if m != nil {
			report.Mismatches = append(report.Mismatches, *m)
		}
	}
	return report, errors.Join(errs...)
}

func (r *Registry) verifyEntry(e LockEntry, sums map[[2]string]string) (*Mismatch, error) {
	data, err := r.readFile(e.Name+"/v"+e.Version+".md", maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return &Mismatch{Name: e.Name, Version: e.Version, Want: e.SHA256, Line: e.Line}, nil
	} else if err != nil {
		return nil, err
	}
	if got := combine(fileSum(data), e.Pins); got != e.SHA256 {
		return &Mismatch{Name: e.Name, Version: e.Version, Want: e.SHA256, Got: got, Line: e.Line}, nil
	}
	for _, p := range e.Pins {
		if got := sums[[2]string{p.Name, p.Version}]; got != p.SHA256 {
			return &Mismatch{Name: e.Name, Version: e.Version, Want: p.SHA256, Got: got, Partial: p.Name + "@" + p.Version, Line: e.Line}, nil
		}
	}
	return nil, nil
}

// fileSum is the hash of a file with LF line ends; what is not UTF-8 is hashed as it is.
func fileSum(data []byte) string {
	text, err := normalise("", data)
	if err != nil {
		text = string(data)
	}
	return hash(text)
}

// unlocked lists the releases that the lock does not have.
func (r *Registry) unlocked(lock *Lock) ([]string, error) {
	locked := make(map[string]bool, len(lock.Entries))
	for _, e := range lock.Entries {
		locked[e.Name+"@"+e.Version] = true
	}
	names, err := r.Names()
	errs := []error{err}
	var out []string
	for _, name := range names {
		all, err := r.versions(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, v := range slices.Backward(all) {
			if ref := name + "@" + v.Original(); v.Prerelease() == "" && !locked[ref] {
				out = append(out, ref)
			}
		}
	}
	return out, errors.Join(errs...)
}

// Err is nil when all is well, and else an error that names the first mismatch with both hashes and
// counts the others. It is not about what the user wrote, so it is no *diag.Error.
func (v *Verification) Err() error {
	if len(v.Mismatches) == 0 {
		return nil
	}
	err := fmt.Errorf("%s", v.Mismatches[0])
	if more := len(v.Mismatches) - 1; more > 0 {
		err = fmt.Errorf("%w (and %d more)", err, more)
	}
	return &brokenPromise{err}
}

type brokenPromise struct{ error }

// Hint says what to do.
func (b *brokenPromise) Hint() string {
	return "a published version never changes: restore it from git, and put the change into a new version"
}
