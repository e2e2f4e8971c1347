package prompt

import (
	"errors"
	"io/fs"
)

// ExperimentOn finds the experiment that splits a prompt, or nil. labels.yaml is read again only when its
// size or its time has changed, so that this can be asked for every call.
func (r *Registry) ExperimentOn(name string) (*Experiment, error) {
	info, err := fs.Stat(r.fsys, labelsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, r.fileError(labelsFile, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.labels == nil || r.labelsInfo.Size() != info.Size() || !r.labelsInfo.ModTime().Equal(info.ModTime()) {
		l, err := r.Labels()
		if err != nil {
			return nil, err
		}
		r.labels, r.labelsInfo = l, info
	}
	return r.labels.ExperimentOn(name), nil
}
