package eval

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// Delete removes a stored run. One that has a tag or is blessed as a baseline is refused unless force is
// set, one that is still going on always. A process that is killed meanwhile leaves no half of a run: what
// makes the directory a run goes first.
func Delete(dir string, force bool) error {
	info, err := ReadInfo(dir)
	if err != nil {
		return err
	}
	if !force && tagged(info, Blessed(info)) {
		what := "is blessed as a baseline"
		if info.Tag != "" {
			what = "has the tag " + info.Tag
		}
		return diag.Errorf("run %s %s", info.ID, what).WithHint("--force deletes it all the same")
	}
	if err := alone(dir, func() error { return os.Remove(filepath.Join(dir, infoName)) }); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// Blessed lists the ids of the runs that the suite of a run keeps as baselines.
func Blessed(info Info) (ids []string) {
	s := &Suite{Dir: info.SuiteDir}
	for _, tag := range s.Baselines() {
		if base, err := ReadInfo(s.BaselineDir(tag)); err == nil {
			ids = append(ids, base.ID)
		}
	}
	return ids
}

// Keep says which runs Garbage leaves: those that either field keeps.
type Keep struct {
	Newest int           // so many of each suite; negative: this keeps none
	Age    time.Duration // those that were begun since; negative: this keeps none
}

// Garbage lists the runs under root that may go, oldest first. Runs with a tag, those that are blessed as a
// baseline, and those that are still going on are never among them.
func Garbage(root string, keep Keep, now time.Time) ([]Info, error) {
	runs, err := Runs(root)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(runs, func(a, b Info) int { return b.Started.Compare(a.Started) })
	seen, blessed := map[string]int{}, map[string][]string{}
	var out []Info
	for _, r := range runs {
		seen[r.Suite]++
		if _, known := blessed[r.SuiteDir]; !known {
			blessed[r.SuiteDir] = Blessed(r)
		}
		kept := seen[r.Suite] <= keep.Newest || keep.Age >= 0 && now.Sub(r.Started) <= keep.Age
		if !kept && !tagged(r, blessed[r.SuiteDir]) && !goingOn(filepath.Join(root, r.ID), r) {
			out = append(out, r)
		}
	}
	slices.Reverse(out)
	return out, nil
}

// goingOn tells whether another process writes to a run.
func goingOn(dir string, info Info) bool {
	if info.Status != StatusRunning {
		return false
	}
	f, err := jsonlines.OpenFile(filepath.Join(dir, casesName))
	if err != nil {
		return true
	}
	return f.Close() != nil
}
