package pkg_test

import (
	"go/ast"
	"go/token"
	"slices"
	"testing"
)

// environment lists the functions that read, or decide by, the process's environment.
var environment = []string{
	"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.Setenv", "os.Unsetenv", "os.Clearenv",
	"os.UserHomeDir", "os.UserConfigDir", "os.UserCacheDir", "syscall.Getenv", "syscall.Environ",
}

// Settings have one way in: pkg/config turns the environment and the files into plain structs, and all
// other packages get arguments. The command line may hand the whole environment over to it.
func TestOnlyConfigReadsTheEnvironment(t *testing.T) {
	for _, f := range source(t) {
		if f.test || within(f.pkg, "pkg/config") || within(f.pkg, testOnly) {
			continue
		}
		f.selectors(f.ast, func(pos token.Position, pkg, name string) {
			handsOver := f.path == "pkg/cli/cli.go" && name == "Environ"
			if slices.Contains(environment, pkg+"."+name) && !handsOver {
				t.Errorf("%s: %s.%s: only pkg/config reads the environment", pos, pkg, name)
			}
		})
	}
}

// A package that executes templates calls methods by name, which makes the linker keep every exported
// method of the program: 10 MB of this binary.
func TestNoTemplatePackages(t *testing.T) {
	for _, f := range source(t) {
		if f.test || f.generator() {
			continue
		}
		for _, p := range f.importPaths() {
			if p == "html/template" || p == "text/template" {
				t.Errorf("%s: imports %s, which turns the linker's dead-code removal off", f.path, p)
			}
		}
	}
}

// Every start of the program pays for what a package does before main, so ours do nothing: no init
// function, and no regular expression compiled into a package-level variable (sync.OnceValue compiles it
// on first use).
func TestNothingHappensBeforeMain(t *testing.T) {
	for _, f := range source(t) {
		if f.test || f.generator() {
			continue
		}
		for _, decl := range f.ast.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s: an init function", f.fset.Position(d.Pos()))
				}
			case *ast.GenDecl:
				f.compiledAtStart(t, d)
			}
		}
	}
}

func (f file) compiledAtStart(t *testing.T, decl *ast.GenDecl) {
	t.Helper()
	if decl.Tok != token.VAR {
		return
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		if _, isFunc := n.(*ast.FuncLit); isFunc {
			return false // runs when it is called
		}
		if call, ok := n.(*ast.CallExpr); ok {
			f.selectors(call.Fun, func(pos token.Position, pkg, name string) {
				if pkg == "regexp" && (name == "MustCompile" || name == "Compile" || name == "MustCompilePOSIX") {
					t.Errorf("%s: regexp.%s at package level", pos, name)
				}
			})
		}
		return true
	})
}
