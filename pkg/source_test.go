package pkg_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/llmops-toolkit/llmops/"

// file is one Go file of ours. Its paths are relative to the module's root, with slashes.
type file struct {
	path string
	pkg  string // the directory
	test bool
	ast  *ast.File
	fset *token.FileSet
}

// source parses every Go file under cmd and pkg, whatever its build tags.
func source(t *testing.T) []file {
	t.Helper()
	var files []file
	fset := token.NewFileSet()
	root := os.DirFS("..")
	for _, top := range []string{"cmd", "pkg"} {
		err := fs.WalkDir(root, top, func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), "_")):
				return fs.SkipDir
			case d.IsDir() || path.Ext(p) != ".go":
				return nil
			}
			tree, err := parser.ParseFile(fset, filepath.Join("..", filepath.FromSlash(p)), nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			files = append(files, file{p, path.Dir(p), strings.HasSuffix(p, "_test.go"), tree, fset})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 0 {
		t.Fatal("no Go file found")
	}
	return files
}

// generator tells whether the file is part of a program that writes files of ours, and so of no package
// that ours links.
func (f file) generator() bool { return f.ast.Name.Name == "main" && within(f.pkg, "pkg") }

// imports lists the packages of ours that the file imports, without the module's path.
func (f file) imports() []string {
	var ours []string
	for _, p := range f.importPaths() {
		if rest, ok := strings.CutPrefix(p, module); ok {
			ours = append(ours, rest)
		}
	}
	return ours
}

func (f file) importPaths() []string {
	paths := make([]string, 0, len(f.ast.Imports))
	for _, spec := range f.ast.Imports {
		p, _ := strconv.Unquote(spec.Path.Value) // the parser has accepted it
		paths = append(paths, p)
	}
	return paths
}

// selectors calls found for each qualified name under n, such as os.Getenv, with the imported package's
// path and the name. A package that is imported under another name is seen through.
func (f file) selectors(n ast.Node, found func(pos token.Position, pkg, name string)) {
	local := map[string]string{}
	for i, p := range f.importPaths() {
		name := path.Base(p)
		if alias := f.ast.Imports[i].Name; alias != nil {
			name = alias.Name
		}
		local[name] = p
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && local[x.Name] != "" {
				found(f.fset.Position(sel.Pos()), local[x.Name], sel.Sel.Name)
			}
		}
		return true
	})
}
