package report

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Format is a kind of file that a report can be written as.
type Format struct {
	Name string // as `--format` takes it, and the ending of its files: "html"
	Says string // what it is for, in a few words
	// Write writes the runs, one or more; the first is what the others are compared with. Records are read
	// from the runs' directories as they are needed, so that memory does not grow with a run.
	Write func(w io.Writer, runs []Run) error
}

// Formats lists all there are. A further one is a file with a func and a line here.
func Formats() []Format {
	return []Format{
		{"html", "one page to filter, sort and search", HTML},
		{"md", "for people and pull requests", Markdown},
		{"json", "totals, as eval run --json prints them", resultsJSON},
		{"jsonl", "the records, one a line", JSONLines},
		{"csv", "the records for a spreadsheet", CSV},
		{"xml", "JUnit, for a CI server", JUnit},
	}
}

// FormatNames joins the formats' names for a message: "html, md, …".
func FormatNames() string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// FormatNamed finds a format by its name. An unknown one is a *diag.Error.
func FormatNamed(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == strings.ToLower(name) {
			return f, nil
		}
		names = append(names, f.Name)
	}
	err := diag.Errorf("no report format %q", name)
	if near := diag.DidYouMean(name, names); near != "" {
		return Format{}, err.WithHint("%s", near)
	}
	return Format{}, err.WithHint("formats: %s", FormatNames())
}

// FormatOf finds the format of a file by the ending of its name. An unknown one is a *diag.Error.
func FormatOf(path string) (Format, error) {
	ext := strings.TrimPrefix(filepath.Ext(path), ".")
	if ext == "" {
		return Format{}, diag.Errorf("%s: the name of a report ends in its format", path).
			WithHint("such as report.html; formats: %s", FormatNames())
	}
	f, err := FormatNamed(ext)
	if err != nil {
		return Format{}, diag.Errorf("%s: %w", path, err).WithHint("%s", diag.HintOf(err))
	}
	return f, nil
}
