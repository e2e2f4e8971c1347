package prompt

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Severity of a finding.
type Severity string

// SeverityError is for what must not be published, SeverityWarning for what deserves a look.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// The rules of Lint.
const (
	RuleFrontMatter = "front-matter"     // the file does not parse
	RuleVariables   = "variables"        // undeclared or unused variables and partials
	RulePartial     = "partial"          // a partial that cannot be resolved
	RuleIdentity    = "identity"         // name or version is left to the file's name
	RuleChangelog   = "changelog"        // says nothing about what changed
	RuleDescription = "description"      // says nothing about what the prompt is for
	RuleFloating    = "floating-model"   // an alias that moves, not a dated snapshot
	RuleUnknown     = "unknown-model"    // a model that the catalog does not have
	RuleDeprecated  = "deprecated-model" // a model that is going away
	RuleSecret      = "secret"           // a key pasted into a prompt
	RulePersonal    = "personal-data"    // somebody's data pasted into a prompt
	RuleGrowth      = "token-growth"     // many more tokens than the last release
	RuleVersion     = "version"          // the version is too small for the change
)

// Finding is one remark about one file.
type Finding struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`   // from 1; 0 for the file as a whole
	Column   int      `json:"column"` // from 1
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"` // never holds what was found
	Hint     string   `json:"hint,omitempty"`
}

// LintOptions bring the knowledge that lies outside of this package. A nil func leaves its rules out.
type LintOptions struct {
	// Model tells what is known about a provider/model, or about an alias of the configuration.
	Model func(ref string) ModelStatus
	// Tokens counts the tokens of a text for a model.
	Tokens func(model, text string) int
	// Find looks for secrets and personal data.
	Find func(text string) []Spot
	// MaxGrowth is the ratio of tokens to those of the last release from which on growth is a finding;
	// 0 means 1.5.
	MaxGrowth float64
	// All looks at all versions; otherwise locked ones are left alone, since they cannot be changed, but
	// for the latest release.
	All bool
}

// ModelStatus is what is known about a model. The zero value means "unknown model".
type ModelStatus struct {
	Known       bool
	Floating    bool   // an alias that moves
	Snapshot    string // what to write instead of a floating alias, "" when that is not known
	Deprecated  bool
	Retires     string // the date, "" when that is not known
	Replacement string // what to use instead of a deprecated model
	Nearest     string // of an unknown model: what may have been meant, "" when nothing is near
}

// Spot is a piece of text that should not be there: bytes Start to End.
type Spot struct {
	Start, End int
	What       string // "OpenAI key", "e-mail address"
	Personal   bool   // personal data, not a secret
}

// Lint looks at prompts, at all of them when no name is given, and lists what it finds by file and line.
// The error is about the registry itself.
func (r *Registry) Lint(o LintOptions, names ...string) ([]Finding, error) {
	if len(names) == 0 {
		var err error
		if names, err = r.Names(); err != nil {
			return nil, err
		}
	}
	lock, err := r.readLock()
	if err != nil {
		return nil, err
	}
	locked := map[string]bool{}
	for _, e := range lock.Entries {
		locked[e.Name+"@"+e.Version] = true
	}
	l := linter{registry: r, options: o}
	var errs []error
	for _, name := range names {
		all, err := r.versions(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		latest := lastRelease(all, nil)
		for _, v := range all {
			if o.All || v == latest || !locked[name+"@"+v.Original()] {
				l.version(name, v, all)
			}
		}
	}
	slices.SortStableFunc(l.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return l.found, errors.Join(errs...)
}

type linter struct {
	registry *Registry
	options  LintOptions
	found    []Finding
}

func (l *linter) add(e *diag.Error, rule string, severity Severity) {
	l.found = append(l.found, Finding{e.File, e.Line, e.Column, rule, severity, e.Msg, e.Advice})
}

// at adds a finding at a field of the front matter.
func (l *linter) at(f *File, field, rule string, severity Severity, hint, format string, args ...any) {
	p, ok := f.places[field]
	if !ok {
		p = place{1, 1}
	}
	l.add(diag.At(f.Path, p.line, p.column, format, args...).WithHint("%s", hint), rule, severity)
}

func (l *linter) version(name string, v *semver.Version, all []*semver.Version) {
	file := fileOf(name, v)
	shown := l.registry.shown(file)
	data, err := l.registry.readFile(file, maxFile)
	if err != nil {
		l.add(asDiag(shown, err), RuleFrontMatter, SeverityError)
		return
	}
	f, errs := ParseAll(shown, data)
	for _, e := range errs {
		l.add(e, RuleFrontMatter, SeverityError)
	}
	l.spots(f, string(data))
	if len(errs) > 0 {
		return
	}
	if f.Name == "" || f.Version == "" {
		l.at(f, "", RuleIdentity, SeverityWarning, fmt.Sprintf("add name: %s and version: %s", name, v.Original()), "front matter names no name or no version")
	}
	if err := f.fits(name, v); err != nil {
		l.add(asDiag(shown, err), RuleFrontMatter, SeverityError)
		return
	}
	l.words(f, v, all)
	l.model(f)
	l.names(f, name, v, all)
}

func asDiag(file string, err error) *diag.Error {
	var e *diag.Error
	if errors.As(err, &e) {
		return e
	}
	return diag.At(file, 0, 0, "%w", err)
}

// words looks at the texts that are for people.
func (l *linter) words(f *File, v *semver.Version, all []*semver.Version) {
	if strings.TrimSpace(f.Description) == "" {
		l.at(f, "description", RuleDescription, SeverityWarning, "say in one line what the prompt is for", "description is empty")
	}
	first := lastRelease(all, v) == nil && all[len(all)-1].Equal(v)
	if strings.TrimSpace(f.Changelog) == "" && !first {
		l.at(f, "changelog", RuleChangelog, SeverityError, "say in one line what this version changes", "changelog is empty")
	}
}

// names resolves the version as a whole: its partials, its variables, and what it changes.
func (l *linter) names(f *File, name string, v *semver.Version, all []*semver.Version) {
	version, err := l.registry.assemble(name, v, nil)
	if err != nil {
		l.add(asDiag(f.Path, err), RulePartial, SeverityError)
		return
	}
	problems := version.check()
	for _, e := range problems {
		l.add(e, RuleVariables, SeverityError)
	}
	base := lastRelease(all, v)
	if base == nil || len(problems) > 0 {
		return
	}
	old, err := l.registry.load(name, base, nil)
	if err != nil {
		return // a finding of that version
	}
	l.growth(old, version)
	if c := Compare(old, version); core(v).LessThan(Demanded(base, c.Level)) {
		l.at(f, "version", RuleVersion, SeverityError, fmt.Sprintf("make it %s", Demanded(base, c.Level)),
			"%s since %s is a %s change: %s", version.Version, old.Version, c.Level, c.Reasons[0])
	}
}

func (l *linter) growth(old, now *Version) {
	if l.options.Tokens == nil {
		return
	}
	limit := cmp.Or(l.options.MaxGrowth, 1.5)
	before, after := l.options.Tokens(now.Model, old.Source()), l.options.Tokens(now.Model, now.Source())
	if before > 0 && float64(after) > limit*float64(before) {
		l.add(diag.At(now.Path, now.BodyLine, 1, "has %d tokens, %s has %d: %.1f times as many", after, old.Version, before, float64(after)/float64(before)).
			WithHint("up to %v times as many go without a remark", limit), RuleGrowth, SeverityWarning)
	}
}

// Source joins the template's text with that of its partials, for counting tokens.
func (v *Version) Source() string {
	var b strings.Builder
	for _, f := range v.files() {
		b.WriteString(f.Body)
	}
	return b.String()
}

func (l *linter) spots(f *File, text string) {
	if l.options.Find == nil {
		return
	}
	for _, s := range l.options.Find(text) {
		if s.Start < 0 || s.Start > len(text) {
			continue
		}
		before := text[:s.Start]
		line := strings.Count(before, "\n") + 1
		column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
		e := diag.At(f.Path, line, column, "%s in a prompt", s.What)
		if s.Personal {
			l.add(e.WithHint("use a made-up example, or a variable"), RulePersonal, SeverityError)
		} else {
			l.add(e.WithHint("remove it, and revoke it where it was issued"), RuleSecret, SeverityError)
		}
	}
}
