package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// baseline is what --baseline names: a stored run, or a suite to run.
type baseline struct {
	name    string       // as the user wrote it
	dir     string       // of the stored run; "" where it is still to be run
	info    eval.Info    // of the stored run
	suite   *eval.Suite  // to run; nil for a run that was named itself
	prompts eval.Prompts // of suite
	model   string       // the candidate's; "" leaves it to cfg and suite
}

// The words that may stand before a name to say what it is.
const (
	asRun       = "run:"
	asBlessed   = "baseline:"
	asPrompt    = "prompt:"
	asRevision  = "git:"
	lastRunName = "last"
)

// findBaseline finds what a name means: a run's id, a run's tag, a committed baseline, a version or label of
// the suite's prompt, or a git revision, in this order. A name that means several says so.
func (e *env) findBaseline(f gateFlags, suite *eval.Suite, cfg eval.Config) (*baseline, error) {
	name := f.baseline
	if rev, ok := strings.CutPrefix(name, asRevision); ok {
		b, err := e.revisionBaseline(rev, suite, cfg)
		return e.storedOrNew(b, f, suite, cfg, err)
	}
	runs, blessed, promptRef := !strings.HasPrefix(name, asBlessed) && !strings.HasPrefix(name, asPrompt),
		!strings.HasPrefix(name, asRun) && !strings.HasPrefix(name, asPrompt), !strings.HasPrefix(name, asRun) && !strings.HasPrefix(name, asBlessed)
	for _, prefix := range []string{asRun, asBlessed, asPrompt} {
		name = strings.TrimPrefix(name, prefix)
	}
	var found []*baseline
	if runs {
		b, err := storedBaseline(cfg.Root, name, suite)
		if err != nil {
			return nil, err
		}
		found = appendIf(found, b)
	}
	if blessed {
		b, err := e.blessedBaseline(name, suite)
		if err != nil && len(found) == 0 {
			return nil, err
		}
		found = appendIf(found, b)
	}
	if promptRef {
		b, err := e.promptBaseline(name, suite)
		if err != nil && len(found) == 0 {
			return nil, err
		}
		found = appendIf(found, b)
	}
	switch {
	case len(found) == 0:
		return nil, e.noBaseline(name, suite, cfg.Root)
	case len(found) > 1 && name == f.baseline:
		e.info("%s is %s; it could also be %s (write run:, baseline: or prompt: before it to choose)", name, found[0].kind(), found[1].kind())
	}
	return e.storedOrNew(found[0], f, suite, cfg, nil)
}

func appendIf(list []*baseline, b *baseline) []*baseline {
	if b == nil {
		return list
	}
	return append(list, b)
}

func (b *baseline) kind() string {
	switch {
	case b.suite != nil:
		return "a prompt version"
	case strings.Contains(filepath.ToSlash(b.dir), "/baselines/"):
		return "a committed baseline"
	}
	return "run " + b.info.ID
}

// storedBaseline finds a run of the suite by id or tag, or by what eval.FindRun takes besides. nil means none.
func storedBaseline(root, name string, suite *eval.Suite) (*baseline, error) {
	runs, err := eval.Runs(root)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(runs, func(a, b eval.Info) int { return b.Started.Compare(a.Started) }) // the newest first
	fits := []func(eval.Info) bool{
		func(i eval.Info) bool { return i.ID == name },
		func(i eval.Info) bool { return i.Tag == name && i.Status == eval.StatusComplete },
		func(i eval.Info) bool { return name == lastRunName && i.Status == eval.StatusComplete },
	}
	for _, fit := range fits {
		for _, i := range runs {
			if i.Suite == suite.Name && name != "" && fit(i) {
				return &baseline{name: name, dir: filepath.Join(root, i.ID), info: i}, nil
			}
		}
	}
	dir, err := eval.FindRun(root, name)
	if err != nil {
		return nil, nil //nolint:nilerr // it may be something else
	}
	info, err := eval.ReadInfo(dir)
	if err != nil {
		return nil, err
	}
	if info.Suite != suite.Name {
		return nil, otherSuite(name, info, suite)
	}
	return &baseline{name: name, dir: dir, info: info}, nil
}

func otherSuite(name string, info eval.Info, suite *eval.Suite) error {
	return diag.Errorf("baseline %s is a run of suite %q, not of %q", name, info.Suite, suite.Name).
		WithHint("make one of this suite: llmops eval run %s --tag %s", suite.Name, name)
}

// blessedBaseline finds a committed baseline and checks that nobody has edited it. nil means none.
func (e *env) blessedBaseline(name string, suite *eval.Suite) (*baseline, error) {
	if !slices.Contains(suite.Baselines(), name) {
		return nil, nil
	}
	dir := suite.BaselineDir(name)
	if err := eval.CheckBaseline(dir); err != nil {
		return nil, withHint(err, "get the committed files back with `git checkout -- %s`, or bless a run anew: llmops eval bless RUN --as %s", e.shortPath(dir), name)
	}
	info, err := eval.ReadInfo(dir)
	if err != nil {
		return nil, err
	}
	if info.Suite != suite.Name {
		return nil, otherSuite(name, info, suite)
	}
	return &baseline{name: name, dir: dir, info: info}, nil
}

func withHint(err error, format string, args ...any) error {
	if d, ok := errors.AsType[*diag.Error](err); ok {
		return d.WithHint(format, args...)
	}
	return err
}

// promptBaseline is the suite with another version of its prompt. nil means that there is no such version.
func (e *env) promptBaseline(name string, suite *eval.Suite) (*baseline, error) {
	own, _, _ := strings.Cut(suite.Prompt.Ref, "@")
	if own == "" {
		return nil, nil
	}
	ref := own + "@" + name
	if strings.HasPrefix(name, own+"@") { // written out
		ref = name
	}
	parsed, err := prompt.ParseRef(ref)
	if err != nil {
		return nil, nil //nolint:nilerr // it may be something else
	}
	reg, err := e.prompts()
	if err != nil {
		return nil, err
	}
	v, err := reg.ResolveRef(parsed)
	if d, ok := errors.AsType[*diag.Error](err); errors.Is(err, fs.ErrNotExist) && (!ok || d.File == "") {
		return nil, nil // it may be something else; a label that points nowhere has its place
	}
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w", name, err)
	}
	other := *suite
	other.Prompt.Ref = v.Ref()
	if parsed.Git != "" {
		other.Prompt.Ref = ref
	}
	return &baseline{name: name, suite: &other, prompts: lazyPrompts{e}}, nil
}

// storedOrNew looks for a stored run that asked what the baseline would ask now.
func (e *env) storedOrNew(b *baseline, f gateFlags, suite *eval.Suite, cfg eval.Config, err error) (*baseline, error) {
	if err != nil {
		return b, err
	}
	if b.dir != "" {
		if f.rerun {
			return e.renewed(b, suite)
		}
		return b, nil
	}
	if err := b.sameModel(suite, cfg); err != nil || f.rerun {
		return b, err
	}
	plan, err := eval.Plan(b.suite, b.config(cfg))
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w", b.name, err)
	}
	if b.dir, err = eval.FindLike(cfg.Root, plan); err != nil || b.dir == "" {
		return b, err
	}
	b.info, err = eval.ReadInfo(b.dir)
	e.info("baseline %s: run %s", b.name, b.info.ID)
	return b, err
}

// sameModel keeps the baseline from asking the model that its own prompt names, where the candidate's
// prompt names another.
func (b *baseline) sameModel(suite *eval.Suite, cfg eval.Config) error {
	if cfg.Model != "" || suite.Model != "" {
		return nil
	}
	plan, err := eval.Plan(suite, cfg)
	b.model = plan.Model
	return err
}

// renewed makes a stored baseline one that is to be run: what it asked, asked again now.
func (e *env) renewed(b *baseline, suite *eval.Suite) (*baseline, error) {
	as, prompts, err := e.suiteOf(b.info, suite, nil)
	if err != nil {
		return nil, diag.Errorf("baseline %s cannot be run again: %w", b.name, err).WithHint("leave out --rerun-baseline to compare with what is stored")
	}
	return &baseline{name: b.name, suite: as, prompts: prompts, model: b.info.Model}, nil
}

// config is how the baseline is run: as the candidate, but for what is the candidate's own.
func (b *baseline) config(cfg eval.Config) eval.Config {
	cfg.Tag, cfg.Resume, cfg.Prompts = "", "", b.prompts
	cfg.Model = cmp.Or(b.model, cfg.Model)
	return cfg
}

// noBaseline says that a name means nothing, and what is like it.
func (e *env) noBaseline(name string, suite *eval.Suite, root string) error {
	var names []string
	runs, _ := eval.Runs(root) // was read before
	for _, r := range slices.Backward(runs) {
		if r.Suite == suite.Name {
			names = append(names, r.Tag, r.ID)
		}
	}
	names = append(names, suite.Baselines()...)
	if own, _, _ := strings.Cut(suite.Prompt.Ref, "@"); own != "" {
		if reg, err := e.prompts(); err == nil {
			versions, _ := reg.Versions(own) // what cannot be read is not like the name either
			names = append(names, versions...)
			if labels, err := reg.Labels(); err == nil {
				for label := range labels.Of[own] {
					names = append(names, label)
				}
			}
		}
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "" })
	slices.Sort(names)
	names = slices.Compact(names)
	err := diag.Errorf("no baseline %q of suite %s: neither a run, nor a tag, a committed baseline, or a version or label of its prompt", name, suite.Name)
	if near := diag.DidYouMean(name, names); near != "" {
		return err.WithHint("%s", near)
	}
	return err.WithHint("make one: %s", e.again("eval", "run", suite.Name, "--tag", name))
}

// runBaseline runs the baseline, before the candidate.
func (g *gating) runBaseline(ctx context.Context) error {
	b := g.base
	g.e.info("running the baseline %s first", b.name)
	bar := newProgress(g.e)
	cfg := b.config(g.run)
	cfg.Progress = bar.show
	out, err := eval.Run(ctx, b.suite, cfg)
	bar.clear()
	if err != nil {
		return fmt.Errorf("baseline %s: %w", b.name, err)
	}
	b.dir, b.info = out.Dir, out.Info
	return nil
}
