package prompt

import (
	"io/fs"
	"os"
	"time"

	"github.com/Masterminds/semver/v3"
)

// unchanged is what was read of a file or a directory, kept for as long as its time, size and identity are the same, so
// that a prompt can be resolved for every call.
type unchanged struct {
	info     fs.FileInfo
	versions []*semver.Version // of a directory
	version  *Version          // of a file
}

// settling is how long after a change a file may change again without another time: file systems count in steps of up
// to two seconds.
const settling = 2 * time.Second

// recall gives what was kept of a path. info is what the path is now; nil when that is not to be kept.
func (r *Registry) recall(path string) (kept *unchanged, info fs.FileInfo) {
	info, err := fs.Stat(r.fsys, path)
	if err != nil || info.ModTime().IsZero() { // a tree in memory tells no times
		return nil, nil
	}
	r.mu.Lock()
	kept = r.kept[path]
	r.mu.Unlock()
	if kept != nil && kept.info.Size() == info.Size() && kept.info.ModTime().Equal(info.ModTime()) && os.SameFile(kept.info, info) {
		return kept, info
	}
	if time.Since(info.ModTime()) < settling {
		return nil, nil
	}
	return nil, info
}

func (r *Registry) keep(path string, u *unchanged) {
	if u.info == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil {
		r.kept = map[string]*unchanged{}
	}
	r.kept[path] = u
}
