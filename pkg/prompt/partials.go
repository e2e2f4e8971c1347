package prompt

import (
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// maxPartials bounds how deep partials include partials.
const maxPartials = 32

// step is a version that is being loaded, and the place in it that asked for the next one.
type step struct {
	file  *File
	place place
}

// enter adds f to the path, unless it is there already: then its partials form a cycle.
func enter(path []step, f *File) ([]step, error) {
	for i, s := range path {
		if s.file.Name == f.Name && s.file.Version == f.Version {
			return nil, cycle(path[i:])
		}
	}
	if len(path) >= maxPartials {
		return nil, diag.At(f.Path, 0, 0, "partials are nested deeper than %d", maxPartials)
	}
	return append(path[:len(path):len(path)], step{file: f}), nil
}

func cycle(path []step) error {
	var b strings.Builder
	for _, s := range path {
		fmt.Fprintf(&b, "%s@%s (%s:%d) → ", s.file.Name, s.file.Version, s.file.Path, s.place.line)
	}
	first := path[0]
	return diag.At(first.file.Path, first.place.line, first.place.column, "partials form a cycle: %s%s@%s", b.String(), first.file.Name, first.file.Version).
		WithHint("move what both need into a third prompt")
}

// partial resolves the i-th partial of a file: at the version that the lock pins it to, or else at the
// highest that its reference allows.
func (r *Registry) partial(f *File, i int, ref string, pins map[string]string, path []step) (*Version, error) {
	at := f.places[fmt.Sprintf("partials.%d", i)]
	wrap := func(err error) error {
		e := diag.At(f.Path, at.line, at.column, "partial %s: %w", ref, err).WithHint("%s", diag.HintOf(err))
		return e
	}
	p, err := ParseRef(ref)
	if err != nil {
		return nil, wrap(err)
	}
	if p.Git != "" || p.label != "" {
		return nil, wrap(diag.Errorf("a partial is named by a version or a range").WithHint("write %s@^1.0.0: labels and revisions move", p.Name))
	}
	if pinned, ok := pins[p.Name]; ok {
		if p, err = ParseRef(p.Name + "@" + pinned); err != nil {
			return nil, wrap(err)
		}
	}
	v, err := r.find(p)
	if err != nil {
		return nil, wrap(err)
	}
	path[len(path)-1].place = at
	part, err := r.load(p.Name, v, path)
	if err != nil {
		return nil, err // it names its own file
	}
	if err := part.includable(); err != nil {
		return nil, wrap(err)
	}
	return part, nil
}

// includable tells whether the version can be a part of a message.
func (v *Version) includable() error {
	for _, s := range v.segments {
		if s.history || s.named {
			return diag.Errorf("%s has role lines (%s:%d), so it is no part of a message", v.Ref(), v.Path, s.line).
				WithHint("a partial is plain text, without {{role}} and {{history}}")
		}
	}
	return nil
}
