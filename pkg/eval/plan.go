package eval

import (
	"path/filepath"
	"reflect"
	"slices"
)

// Plan reads and checks the suite as Run does, and tells what a run would be: its Info before the first
// call. Nothing is written.
func Plan(s *Suite, cfg Config) (Info, error) {
	cfg.Resume = ""
	r, err := prepare(s, cfg)
	if err != nil {
		return Info{}, err
	}
	return r.info, nil
}

// PromptID names the prompt that the suite resolves to now; nil where it has none.
func (s *Suite) PromptID(reg Prompts) (*PromptID, error) {
	v, err := s.Prompt.resolve(reg)
	if v == nil || err != nil {
		return nil, err
	}
	id := &PromptID{v.Name, v.Version, v.SHA256}
	if s.Prompt.Inline != "" {
		id.Name = "inline"
	}
	return id, nil
}

// FindLike gives the directory of the newest complete run under root that asked the same: the cases, the
// prompt, the model, the parameters and the repeats of info. Scorers may have been others. "" means that
// there is none.
func FindLike(root string, info Info) (string, error) {
	runs, err := Runs(root)
	if err != nil {
		return "", err
	}
	slices.SortStableFunc(runs, func(a, b Info) int { return b.Started.Compare(a.Started) })
	for _, r := range runs {
		if r.Status == StatusComplete && r.Totals != nil && r.Totals.Errors == 0 && r.asksLike(info) {
			return filepath.Join(root, r.ID), nil
		}
	}
	return "", nil
}

func (i Info) asksLike(other Info) bool {
	return i.Suite == other.Suite && i.CasesSHA256 == other.CasesSHA256 && reflect.DeepEqual(i.Prompt, other.Prompt) &&
		i.Model == other.Model && i.Task == other.Task && i.Repeat == other.Repeat && sameJSON(i.Params, other.Params)
}

// KeepGate writes a verdict into the totals of a run's run.json.
func KeepGate(dir string, gate any) error {
	info, err := ReadInfo(dir)
	if err != nil || info.Totals == nil {
		return err
	}
	info.Totals.Gate = gate
	return writeInfo(dir, info)
}
