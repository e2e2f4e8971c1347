package eval

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// lastRun names the newest run, where no run has it as its id or tag.
const lastRun = "last"

// FindRun gives the directory of the run that name stands for: the id of a run under root, the beginning
// of just one id, a tag (its newest run), "last" for the newest of all, or the path of a run's directory.
// The first of these that fits wins. A name that fits nothing, or several ids, is a *diag.Error.
func FindRun(root, name string) (string, error) {
	if name != "" && name == filepath.Base(name) && isRun(filepath.Join(root, name)) {
		return filepath.Join(root, name), nil
	}
	runs, err := Runs(root)
	if err != nil {
		return "", err
	}
	slices.SortStableFunc(runs, func(a, b Info) int { return a.Started.Compare(b.Started) })
	started := runsBy(runs, func(i Info) bool { return name != "" && strings.HasPrefix(i.ID, name) })
	tagged := runsBy(runs, func(i Info) bool { return name != "" && i.Tag == name })
	switch {
	case len(started) == 1:
		return filepath.Join(root, started[0]), nil
	case len(tagged) > 0:
		return filepath.Join(root, tagged[len(tagged)-1]), nil
	case len(started) > 1:
		return "", diag.Errorf("%q is the beginning of %d run ids", name, len(started)).
			WithHint("write more of it: %s", strings.Join(started[max(0, len(started)-3):], ", "))
	case name == lastRun && len(runs) > 0:
		return filepath.Join(root, runs[len(runs)-1].ID), nil
	case isRun(name):
		return name, nil
	}
	return "", noRun(root, name, runs)
}

// isRun tells whether a directory holds a run.
func isRun(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, infoName))
	return err == nil && !info.IsDir()
}

func runsBy(runs []Info, fits func(Info) bool) (ids []string) {
	for _, i := range runs {
		if fits(i) {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

// noRun says that nothing has the name, and what has one like it.
func noRun(root, name string, runs []Info) error {
	if len(runs) == 0 {
		return diag.Errorf("no run %q: there is none in %s", name, root).WithHint("`llmops eval run SUITE` makes one")
	}
	var names []string
	for _, i := range slices.Backward(runs) {
		names = append(names, i.ID)
		if i.Tag != "" && !slices.Contains(names, i.Tag) {
			names = append(names, i.Tag)
		}
	}
	err := diag.Errorf("no run %q in %s", name, root)
	if near := diag.DidYouMean(name, names); near != "" {
		return err.WithHint("%s", near)
	}
	return err.WithHint("a run is named by its id, the beginning of it, its tag, or %q; newest: %s", lastRun, strings.Join(names[:min(3, len(names))], ", "))
}
