package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html"
	"io"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

//go:embed page
var pageFiles embed.FS

// HTML writes one page that needs nothing else: it filters, sorts and searches the runs' answers and shows
// them side by side. Its Content-Security-Policy lets only its own script and style run and no request
// leave, and no text of a model is ever parsed as markup. Very long answers are cut, and the page says so.
func HTML(w io.Writer, runs []Run) error {
	style, script, err := pageParts()
	if err != nil {
		return err
	}
	page, err := pageFiles.ReadFile("page/page.html")
	if err != nil {
		return err
	}
	before, after, _ := strings.Cut(string(page), "@DATA@")
	fill := strings.NewReplacer(
		"@POLICY@", pagePolicy(style, script), "@TITLE@", html.EscapeString(termsafe.Line(runs[0].Outcome.Info.Suite)),
		"@STYLE@", style, "@SCRIPT@", script,
	)
	out := bufio.NewWriterSize(w, 64<<10)
	_, _ = fill.WriteString(out, before)
	if err := pageData(out, runs); err != nil {
		return err
	}
	_, _ = fill.WriteString(out, after)
	return out.Flush()
}

// pageParts reads the page's style and its script, which is one of several files.
func pageParts() (style, script string, err error) {
	css, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return "", "", err
	}
	parts := []string{"(() => {", "'use strict';"}
	for _, name := range []string{"data", "charts", "diff", "detail", "list", "gate", "app"} {
		js, err := pageFiles.ReadFile("page/" + name + ".js")
		if err != nil {
			return "", "", err
		}
		parts = append(parts, strings.TrimSpace(string(js)))
	}
	unix := strings.NewReplacer("\r\n", "\n") // as browsers read them, for the hashes, however git checked them out
	return unix.Replace("\n" + string(css)), unix.Replace(strings.Join(append(parts, "})();"), "\n")), nil
}

// pagePolicy allows the page its own script and style, by their hashes, and nothing else.
func pagePolicy(style, script string) string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; script-src " + hash(script) + "; style-src " + hash(style) + "; base-uri 'none'; form-action 'none'"
}
