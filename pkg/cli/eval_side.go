package cli

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// side is the baseline's of a comparison.
func (b *baseline) side(g *gating) *side { return g.e.storedSide(b.dir, b.info, g.suite, g.run, b) }

// storedSide is the side of a stored run. It can be asked again where its prompt is still found: with the
// cases and scorers of suite, and the run's own prompt, model and parameters.
func (e *env) storedSide(dir string, info eval.Info, suite *eval.Suite, cfg eval.Config, known *baseline) *side {
	s := &side{suite: suite, dir: dir, info: info, config: cfg}
	s.asking = func() (*eval.Asker, error) {
		if suite == nil {
			return nil, fmt.Errorf("suite %s is not known any more", info.Suite)
		}
		as, prompts, err := e.suiteOf(info, suite, known)
		if err != nil {
			return nil, err
		}
		cfg.Model, cfg.Prompts = info.Model, prompts
		if known != nil && known.suite != nil { // a recording is asked as it was at the revision
			if ref, err := known.suite.ModelRef(info.Model); err == nil {
				cfg.Model = ref
			}
		}
		return eval.NewAsker(as, cfg)
	}
	return s
}

// asked is a way in which a stored run may have been asked.
type asked struct {
	prompt   eval.Prompt
	inputVar string
	prompts  eval.Prompts
}

// suiteOf is the suite of today with the prompt and the parameters of a stored run. The prompt is found by
// its hash: in known, in the suite, in the registry, and at the run's commit. known may be nil.
func (e *env) suiteOf(info eval.Info, suite *eval.Suite, known *baseline) (*eval.Suite, eval.Prompts, error) {
	for _, find := range e.waysToAsk(info, suite, known) {
		way, ok := find()
		if !ok {
			continue
		}
		as := *suite
		as.Prompt, as.InputVar = way.prompt, way.inputVar
		as.Params, as.Repeat = info.Params, info.Repeat
		if id, err := as.PromptID(way.prompts); err == nil && reflect.DeepEqual(id, info.Prompt) {
			return &as, way.prompts, nil
		}
	}
	if p := info.Prompt; p != nil && p.Version != "" {
		return nil, nil, fmt.Errorf("prompt %s@%s is not as it was when run %s was made", p.Name, p.Version, info.ID)
	}
	return nil, nil, fmt.Errorf("the prompt of run %s is not found any more", info.ID)
}

func (e *env) waysToAsk(info eval.Info, suite *eval.Suite, known *baseline) []func() (asked, bool) {
	lazy := lazyPrompts{e}
	named := func(ref string) (asked, bool) { return asked{eval.Prompt{Ref: ref}, suite.InputVar, lazy}, true }
	p := info.Prompt
	ofRegistry := p != nil && p.Version != ""
	return []func() (asked, bool){
		func() (asked, bool) {
			if known == nil || known.suite == nil {
				return asked{}, false
			}
			return asked{known.suite.Prompt, known.suite.InputVar, known.prompts}, true
		},
		func() (asked, bool) { return asked{suite.Prompt, suite.InputVar, lazy}, true },
		func() (asked, bool) {
			if !ofRegistry {
				return asked{}, false
			}
			return named(p.Name + "@" + p.Version)
		},
		func() (asked, bool) {
			if !ofRegistry || info.Commit == "" {
				return asked{}, false
			}
			return named(p.Name + "@git:" + info.Commit + ":" + p.Version)
		},
		func() (asked, bool) {
			if info.Commit == "" || strings.HasPrefix(info.Commit, "-") {
				return asked{}, false
			}
			old, err := e.suiteAt(info.Commit, suite)
			if err != nil {
				return asked{}, false
			}
			return asked{old.Prompt, old.InputVar, promptsAt{lazy, info.Commit}}, true
		},
	}
}
