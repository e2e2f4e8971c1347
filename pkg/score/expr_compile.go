package score

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/third_party/expr"
	"github.com/llmops-toolkit/llmops/third_party/expr/ast"
	"github.com/llmops-toolkit/llmops/third_party/expr/file"
	"github.com/llmops-toolkit/llmops/third_party/expr/vm"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// compileExpr compiles an expression that cannot run without end. expr-lang has no loops but those over lists,
// and a budget for the lists; what it lacks is a bound on texts and on loops within loops. So the body of
// each loop goes through the meter, and what can make a text of a size that grows with each step is left out:
// let, reduce, repeat, join, concat and flatten. now is left out since a score should come out the same again.
func compileExpr(text string) (*vm.Program, exprUse, error) {
	v := &exprVisitor{}
	env := exprEnv(&Sample{}, &meter{})
	options := []expr.Option{
		expr.Env(env), expr.MaxNodes(1000), expr.Patch(v),
		expr.DisableBuiltin("replace"), expr.Function("replace", boundedReplace, new(func(string, string, string) string)),
	}
	program, err := expr.Compile(text, options...)
	if err != nil {
		return nil, v.use, exprError(err, env)
	}
	if v.forbidden != "" {
		return nil, v.use, badOption("expr", v.forbidden+" is not for scorers")
	}
	if t := program.Node().Type(); t != nil && !verdictKind(t.Kind()) {
		return nil, v.use, badOption("expr", fmt.Sprintf("gives %s, want true, false or a number", t))
	}
	return program, v.use, nil
}

func verdictKind(k reflect.Kind) bool {
	return k == reflect.Bool || k == reflect.Interface || k >= reflect.Int && k <= reflect.Float64
}

// exprError words expr's error for one line, with the nearest name where one is unknown.
func exprError(err error, env map[string]any) error {
	e, ok := errors.AsType[*file.Error](err)
	if !ok {
		return badOption("expr", firstLine(err.Error()))
	}
	msg := fmt.Sprintf("%s (line %d, character %d)", e.Message, e.Line, e.Column+1)
	hint := ""
	if name, unknown := strings.CutPrefix(e.Message, "unknown name "); unknown {
		names := slices.DeleteFunc(slices.Sorted(maps.Keys(env)), func(n string) bool { return n == stepName })
		if hint = diag.DidYouMean(name, names); hint == "" {
			hint = "names: " + strings.Join(names, ", ")
		}
	}
	return badOptionHint("expr", msg, hint)
}

// exprVisitor puts the meter around the bodies of loops and notes what is used.
type exprVisitor struct {
	use       exprUse
	forbidden string // what it found that has no place here
	wrapped   map[ast.Node]bool
}

var noExpr = []string{"reduce", "repeat", "join", "concat", "flatten", "now"}

// Visit is called for each node, the inner ones first, and again after each change.
func (v *exprVisitor) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value != stepName && !slices.Contains(v.use.names, n.Value) {
			v.use.names = append(v.use.names, n.Value)
		}
	case *ast.MemberNode:
		of, isName := n.Node.(*ast.IdentifierNode)
		key, isKey := n.Property.(*ast.StringNode)
		if isName && isKey && of.Value == "metrics" && !slices.Contains(v.use.metrics, key.Value) {
			v.use.metrics = append(v.use.metrics, key.Value)
		}
	case *ast.VariableDeclaratorNode:
		v.forbidden = "let"
	case *ast.BuiltinNode:
		if slices.Contains(noExpr, n.Name) {
			v.forbidden = n.Name
		}
	case *ast.PredicateNode:
		if v.wrapped == nil {
			v.wrapped = map[ast.Node]bool{}
		}
		if !v.wrapped[n] {
			v.wrapped[n] = true
			n.Node = &ast.CallNode{Callee: &ast.IdentifierNode{Value: stepName}, Arguments: []ast.Node{n.Node}}
		}
	}
}
