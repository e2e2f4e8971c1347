package eval

import (
	"cmp"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// maxCells is how many runs one command starts at most.
const maxCells = 500

// Cell is one combination of a matrix: a prompt, a model and parameters.
type Cell struct {
	Prompt Prompt `json:"prompt"`
	Model  string `json:"model"` // "" leaves it to the prompt and the engine
	Params Params `json:"params"`
	Name   string `json:"name"` // what tells it from the others: "support@1.2.0 · ollama/llama3.2 · temperature=0"
}

// Over is what a caller wants other than the suite says. An empty list leaves it to the suite.
type Over struct {
	Prompts []string // references
	Models  []string
	Params  []string // "temperature=0,0.7": a list of values of one parameter each
}

// Cells lists the combinations that the suite asks for, with over's lists instead of the suite's: all
// prompts, each with all models, each with all parameters. A plain suite has one.
func (s *Suite) Cells(over Over) ([]Cell, error) {
	prompts, models, params := s.Prompts, []string(s.Models), s.Grid
	if len(over.Prompts) > 0 {
		prompts = nil
		for _, ref := range over.Prompts {
			prompts = append(prompts, Prompt{Ref: ref})
		}
	}
	if len(over.Models) > 0 {
		models = over.Models
	}
	params, err := overlay(orOne(params, s.Params), over.Params)
	if err != nil {
		return nil, err
	}
	prompts, models = orOne(prompts, s.Prompt), orOne(models, s.Model)
	if n := len(prompts) * len(models) * len(params); n > maxCells {
		return nil, diag.Errorf("the matrix has %d runs, more than %d", n, maxCells)
	}
	var cells []Cell
	for i, p := range prompts {
		for _, m := range models {
			for _, q := range params {
				c := Cell{Prompt: p, Model: m, Params: q}
				c.Name = cellName(c, i, [3]bool{len(prompts) > 1, len(models) > 1, len(params) > 1})
				if slices.ContainsFunc(cells, func(have Cell) bool { return reflect.DeepEqual(have, c) }) {
					return nil, diag.Errorf("the matrix has %s twice", cmp.Or(c.Name, "a run"))
				}
				cells = append(cells, c)
			}
		}
	}
	return cells, nil
}

func orOne[T any](list []T, one T) []T {
	if len(list) == 0 {
		return []T{one}
	}
	return list
}

// cellName says what varies.
func cellName(c Cell, number int, varies [3]bool) string {
	var parts []string
	if varies[0] {
		parts = append(parts, cmp.Or(c.Prompt.Ref, fmt.Sprintf("inline prompt %d", number+1)))
	}
	if varies[1] {
		parts = append(parts, cmp.Or(c.Model, "default model"))
	}
	if varies[2] {
		parts = append(parts, c.Params.words())
	}
	return strings.Join(parts, " · ")
}

// With is the suite as a cell asks for it, with metrics of its own: it can be run beside others.
func (s *Suite) With(c Cell) (*Suite, error) {
	again, err := Load(s.File)
	if err != nil {
		return nil, err
	}
	as := *s
	as.Scorers, as.Metrics, as.tools = again.Scorers, again.Metrics, nil
	as.Prompt, as.Model, as.Params = c.Prompt, c.Model, c.Params
	return &as, nil
}

// Like is the suite with the prompt, the model, the parameters, the task and the repeats of one of its runs, as far as
// they can be found: what a run that is resumed goes on with.
func (s *Suite) Like(info Info) *Suite {
	as := *s
	as.Model, as.Params, as.Repeat, as.Task = info.Model, info.Params, info.Repeat, info.Task
	if p := info.Prompt; p != nil && p.Version != "" {
		as.Prompt = Prompt{Ref: p.Name + "@" + p.Version}
	}
	as.Reduce, as.reduce = info.Reduce, reduction(info.Reduce, 0)
	return &as
}

// FindMatrix finds the runs of a matrix under root by its id: the cells that it was begun with, and the id of
// the run of each that was begun, by its number. ok is false where there is none.
func FindMatrix(root, id string) (cells []Cell, runs map[int]string, suite string, ok bool) {
	infos, err := Runs(root)
	if err != nil || id == "" || id != filepath.Base(id) {
		return nil, nil, "", false
	}
	runs = map[int]string{}
	for _, i := range infos {
		if m := i.Matrix; m != nil && m.ID == id {
			cells, suite = m.Cells, i.Suite
			runs[m.Cell] = i.ID
		}
	}
	return cells, runs, suite, len(cells) > 0
}
