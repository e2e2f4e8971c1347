// Package pkg_test holds the rules that the source as a whole keeps: which package may import which,
// who may read the environment, and what may happen before main. The rules read the source in-process,
// so that the test cache sees every file they depend on.
package pkg_test

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// layers is the policy of ARCHITECTURE.md, lowest first: a package imports only from the layers below
// its own, never sideways. A package that is not named belongs to the nearest named one above it in the
// tree (tokens/gen belongs to tokens), and within such a family imports are free.
var layers = [][]string{
	{"pkg/diag", "pkg/counts", "pkg/filelock"},
	{"pkg/llm", "pkg/strictyaml", "pkg/sqlite", "pkg/termsafe", "pkg/jsonlines", "pkg/wholefile", "pkg/redisdb"},
	{
		"pkg/prompt", "pkg/tokens", "pkg/pricing", "pkg/quota", "pkg/cache", "pkg/guard", "pkg/validate",
		"pkg/retrieval", "pkg/metric", "pkg/stats", "pkg/ledger", "pkg/trace", "pkg/config",
		"pkg/provider/wire", "pkg/provider/openai", "pkg/provider/anthropic", "pkg/provider/gemini",
		"pkg/provider/replay", "pkg/provider/providertest", "pkg/forge",
	},
	{"pkg/provider", "pkg/gateway"},
	{"pkg/engine"},
	{"pkg/score", "pkg/batch", "pkg/chat"},
	{"pkg/eval", "pkg/server"},
	{"pkg/gate", "pkg/estimate"},
	{"pkg/report"},
	{"pkg/cli"},
	{"cmd/llmops"},
}

// testOnly is where helpers of tests live. Tests import them freely, other code never.
const testOnly = "pkg/internal"

func TestImportsPointDown(t *testing.T) {
	for _, f := range source(t) {
		if f.test || within(f.pkg, testOnly) {
			continue
		}
		for _, imported := range f.imports() {
			if problem := judge(f.pkg, imported); problem != "" {
				t.Errorf("%s: %s", f.path, problem)
			}
		}
	}
}

func TestEveryPackageHasALayer(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range source(t) {
		if family, _ := layerOf(f.pkg); family == "" && !within(f.pkg, testOnly) && f.pkg != "pkg" && !seen[f.pkg] {
			t.Errorf("%s is in no layer: add it to the table in pkg/layers_test.go and to ARCHITECTURE.md", f.pkg)
			seen[f.pkg] = true
		}
	}
}

// judge says what is wrong with an import of one of our packages by another, or "".
func judge(importer, imported string) string {
	if within(imported, testOnly) {
		return "imports " + imported + ", which is for tests only"
	}
	from, low := layerOf(importer)
	to, high := layerOf(imported)
	switch {
	case from == "" || to == "", from == to:
		return "" // TestEveryPackageHasALayer reports the first
	case low == high:
		return "imports " + imported + " sideways"
	case low < high:
		return "imports " + imported + " upward"
	}
	return ""
}

// layerOf finds the family that a package belongs to, and the family's layer.
func layerOf(pkg string) (family string, layer int) {
	for dir := pkg; dir != "."; dir = path.Dir(dir) {
		for n, names := range layers {
			if slices.Contains(names, dir) {
				return dir, n
			}
		}
	}
	return "", 0
}

func within(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct{ importer, imported, want string }{
		"down":               {"pkg/engine", "pkg/llm", ""},
		"down over layers":   {"cmd/llmops", "pkg/diag", ""},
		"sideways":           {"pkg/cache", "pkg/quota", "imports pkg/quota sideways"},
		"sideways, provider": {"pkg/provider/openai", "pkg/provider/wire", "imports pkg/provider/wire sideways"},
		"upward":             {"pkg/llm", "pkg/engine", "imports pkg/engine upward"},
		"family":             {"pkg/tokens", "pkg/tokens/internal/bpe", ""},
		"family, upward":     {"pkg/tokens/internal/bpe", "pkg/engine", "imports pkg/engine upward"},
		"child of its own":   {"pkg/provider", "pkg/provider/wire", ""},
		"test helper":        {"pkg/llm", "pkg/internal/realdata", "imports pkg/internal/realdata, which is for tests only"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judge(c.importer, c.imported); got != c.want {
				t.Errorf("judge(%q, %q) = %q, want %q", c.importer, c.imported, got, c.want)
			}
		})
	}
}
