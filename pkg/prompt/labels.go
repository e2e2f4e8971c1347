package prompt

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

const labelsFile = "labels.yaml"

// Records are the files of a registry that are no prompts: its lock and its labels.
func Records() []string { return []string{lockFile, labelsFile} }

// Labels is what labels.yaml holds:
//
//	labels:
//	  customer-support: {production: 1.2.0, staging: 2.0.0-rc.1}
//	protected: [production]
//	experiments:
//	  tone: {prompt: customer-support, salt: spring, variants: [{version: 1.1.0, weight: 90}, {version: 1.2.0, weight: 10}]}
//	history:
//	  - {at: 2026-01-02T15:04:05Z, prompt: customer-support, label: production, from: 1.1.0, to: 1.2.0, why: fewer refusals}
type Labels struct {
	Of          map[string]map[string]string // prompt → label → version
	Protected   []string                     // labels that move forward only with a passing eval run
	Experiments map[string]Experiment
	History     []Move // oldest first; only ever added to

	path   string
	places places
}

// Move is a line of the history of a label.
type Move struct {
	At       time.Time
	Prompt   string
	Label    string
	From, To string // versions; From is "" for a new label
	Why      string
	Eval     string // the eval run that let a protected label move, "" for none
	Rollback bool
}

// Labels reads labels.yaml. Where there is none, the Labels are empty.
func (r *Registry) Labels() (*Labels, error) {
	data, err := r.readFile(labelsFile, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		data = nil
	} else if err != nil {
		return nil, err
	}
	return parseLabels(r.shown(labelsFile), data)
}

func parseLabels(path string, data []byte) (*Labels, error) { return parseLabelsAt(path, data, 0) }

// parseLabelsAt parses a part of the file that has so many lines above it.
func parseLabelsAt(path string, data []byte, above int) (*Labels, error) {
	l := &Labels{path: path, places: places{}, Of: map[string]map[string]string{}, Experiments: map[string]Experiment{}}
	text, de := normalise(path, data)
	if de != nil {
		return nil, de
	}
	d := decoder{file: path, offset: above, places: l.places}
	if top := d.document(text); top != nil {
		d.mapping(top, "",
			field{"labels", func(n *yaml.Node) { d.labels(l, n) }},
			field{"protected", d.texts(&l.Protected, "protected")},
			field{"experiments", func(n *yaml.Node) { d.experiments(l, n) }},
			field{"history", func(n *yaml.Node) { d.history(l, n) }},
		)
	}
	if len(d.errs) > 0 {
		return nil, d.errs[0]
	}
	return l, nil
}

func (d *decoder) labels(l *Labels, n *yaml.Node) {
	d.each(n, "labels", func(key, value *yaml.Node) {
		if !validName(key.Value) {
			d.fail(key, "%.60q is not a prompt name", key.Value)
			return
		}
		path := "labels." + key.Value
		of := map[string]string{}
		l.Of[key.Value] = of
		d.each(value, path, func(key, value *yaml.Node) {
			if !validLabel(key.Value) {
				d.fail(key, "%.60q is not a label", key.Value).WithHint("labels are lower-case words with dashes, not %q and not a version", Latest)
			}
			of[key.Value] = d.version(value, path+"."+key.Value)
		})
	})
}

// each is pairs for a value that must be a mapping, or empty.
func (d *decoder) each(n *yaml.Node, path string, do func(key, value *yaml.Node)) {
	switch {
	case n.Kind == yaml.MappingNode:
		d.pairs(n, path, do)
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null":
	default:
		d.fail(n, "%s must be a mapping of keys to values", path)
	}
}

// version reads an exact version.
func (d *decoder) version(n *yaml.Node, name string) string {
	var s string
	before := len(d.errs)
	d.text(&s, name)(n)
	if _, err := semver.StrictNewVersion(s); err != nil && len(d.errs) == before {
		d.fail(n, "%s: %.40q is not a version", name, s).WithHint("versions look like 1.2.0 or 2.0.0-rc.1")
	}
	return s
}

func (d *decoder) history(l *Labels, n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		if n.ShortTag() != "!!null" {
			d.fail(n, "history must be a list")
		}
		return
	}
	for _, item := range n.Content {
		var m Move
		var at string
		d.mapping(item, "history",
			field{"at", d.text(&at, "at")},
			field{"prompt", d.text(&m.Prompt, "prompt")},
			field{"label", d.text(&m.Label, "label")},
			field{"from", d.text(&m.From, "from")},
			field{"to", d.text(&m.To, "to")},
			field{"why", d.text(&m.Why, "why")},
			field{"eval", d.text(&m.Eval, "eval")},
			field{"rollback", d.boolean(&m.Rollback, "rollback")},
		)
		var err error
		if m.At, err = time.Parse(time.RFC3339, at); err != nil {
			d.fail(item, "history: at must be a time such as 2026-01-02T15:04:05Z")
		}
		l.History = append(l.History, m)
	}
}

// labelled finds the version that a label points to.
func (r *Registry) labelled(ref Ref, all []*semver.Version) (*semver.Version, error) {
	l, err := r.labelsOf(ref.Name)
	if err != nil {
		return nil, err
	}
	text, ok := l.Of[ref.Name][ref.label]
	if !ok {
		names := slices.Sorted(maps.Keys(l.Of[ref.Name]))
		e := diag.Errorf("prompt %s has no label %s", ref.Name, ref.label).WithHint("%s", diag.DidYouMean(ref.label, names))
		switch {
		case e.Advice != "":
		case len(names) > 0:
			e.Advice = "its labels are " + strings.Join(names, ", ")
		default:
			e.Advice = "it has no labels yet: `llmops prompt promote " + ref.Name + " VERSION --to " + ref.label + "`"
		}
		e.Err = fs.ErrNotExist
		return nil, e
	}
	want, err := semver.StrictNewVersion(text)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if v.Equal(want) {
			return v, nil
		}
	}
	return nil, l.dangling(ref.Name, ref.label, text)
}

// dangling is the error of a label that points nowhere.
func (l *Labels) dangling(name, label, version string) *diag.Error {
	p := l.places["labels."+name+"."+label]
	e := diag.At(l.path, p.line, p.column, "label %s of %s points to version %s, which does not exist", label, name, version).
		WithHint("`llmops prompt rollback %s --of %s`, or promote another version", name, label)
	e.Err = fs.ErrNotExist
	return e
}
