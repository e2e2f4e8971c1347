package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// revisionBaseline is the suite and its prompt as of a git revision, under the candidate's model and
// parameters.
func (e *env) revisionBaseline(rev string, suite *eval.Suite, cfg eval.Config) (*baseline, error) {
	if rev == "" || strings.HasPrefix(rev, "-") || strings.ContainsAny(rev, " \t\r\n\x00") {
		return nil, diag.Errorf("--baseline git:%s names no revision", rev).WithHint("write --baseline git:main")
	}
	old, err := e.suiteAt(rev, suite)
	if err != nil {
		return nil, err
	}
	at := *old
	at.Params, at.Repeat, at.Concurrency, at.Model = suite.Params, suite.Repeat, suite.Concurrency, suite.Model
	if ref := cmp.Or(cfg.Model, suite.Model); strings.HasPrefix(ref, "replay/") {
		if _, err := at.ModelRef(ref); err != nil { // a recording that is younger than the revision
			if at.Model, err = suite.ModelRef(ref); err != nil {
				return nil, err
			}
		}
	}
	at.Name = suite.Name
	return &baseline{name: asRevision + rev, suite: &at, prompts: promptsAt{lazyPrompts{e}, rev}}, nil
}

// suiteAt loads the suite as it was. The copy stays below the state directory, by commit, so that records
// can name it and it is made once.
func (e *env) suiteAt(rev string, suite *eval.Suite) (*eval.Suite, error) {
	dir, err := filepath.Abs(suite.Dir)
	if err != nil {
		return nil, err
	}
	tree, err := prompt.GitFS(filepath.Dir(dir), rev)
	if err != nil {
		return nil, err
	}
	commit, err := prompt.GitCommit(dir, rev)
	if err != nil {
		return nil, err
	}
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	s, err := eval.Checkout(tree, filepath.Base(dir), filepath.Join(e.shortPath(cfg.State), "suites", commit))
	if err != nil {
		return nil, fmt.Errorf("git:%s: %w", rev, err)
	}
	return s, nil
}

// promptsAt resolves references in the registry as of a revision.
type promptsAt struct {
	lazyPrompts
	rev string
}

// Resolve implements eval.Prompts.
func (p promptsAt) Resolve(ref string) (*prompt.Version, error) {
	parsed, err := prompt.ParseRef(ref)
	if err != nil {
		return nil, err
	}
	if parsed.Git == "" {
		parsed.Git = p.rev
	}
	reg, err := p.e.prompts()
	if err != nil {
		return nil, err
	}
	return reg.ResolveRef(parsed)
}
