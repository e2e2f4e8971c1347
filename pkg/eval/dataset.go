package eval

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// Files lists the suite's case files, in the order in which it names them; a glob's are sorted.
func (s *Suite) Files() ([]string, error) {
	var files []string
	for _, pattern := range s.Cases {
		path := filepath.FromSlash(pattern)
		if !filepath.IsAbs(path) {
			path = filepath.Join(escapeGlob(s.Dir), path)
		}
		if !strings.ContainsAny(pattern, "*?[") {
			if !filepath.IsAbs(filepath.FromSlash(pattern)) {
				path = filepath.Join(s.Dir, filepath.FromSlash(pattern))
			}
			files = append(files, path)
			continue
		}
		found, err := filepath.Glob(path)
		if err != nil {
			return nil, diag.At(s.File, 0, 0, "cases: %q is not a pattern: %w", pattern, err)
		}
		found = slices.DeleteFunc(found, func(f string) bool { return !slices.Contains(extensions, strings.ToLower(filepath.Ext(f))) })
		if len(found) == 0 {
			return nil, diag.At(s.File, 0, 0, "cases: no file matches %q", pattern)
		}
		files = append(files, found...)
	}
	return files, nil
}

// All streams the suite's cases, with its defaults filled in and an id each. It ends with the first
// error, a *diag.Error with the place.
func (s *Suite) All() iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		files, err := s.Files()
		if err != nil {
			yield(nil, err)
			return
		}
		seen := newNames()
		for _, file := range files {
			for c, err := range readCases(file) {
				if err == nil {
					err = s.bindCase(c)
				}
				if err == nil {
					s.complete(c)
					err = seen.take(c)
				}
				if !yield(c, err) || err != nil {
					return
				}
			}
		}
	}
}

// Summary is what a first reading of all cases tells.
type Summary struct {
	Cases  int
	SHA256 string // of all cases, in hex; a change of any of them changes it
}

// Scan reads all cases and checks them. check, when not nil, is asked about each; its error is placed
// at the case.
func (s *Suite) Scan(check func(*Case) error) (Summary, error) {
	sum := newFingerprint()
	for c, err := range s.All() {
		if err != nil {
			return Summary{}, err
		}
		if check != nil {
			if err := check(c); err != nil {
				return Summary{}, diag.At(c.Place.File, c.Place.Line, 0, "case %s: %w", c.ID, err).WithHint("%s", diag.HintOf(err))
			}
		}
		sum.add(c)
	}
	if sum.n == 0 {
		return Summary{}, diag.At(s.File, 0, 0, "the suite has no cases").WithHint("add some to %s", strings.Join(s.Cases, ", "))
	}
	return sum.summary(), nil
}

type fingerprint struct {
	n   int
	h   hash.Hash
	buf []byte
}

func newFingerprint() *fingerprint { return &fingerprint{h: sha256.New()} }

func (f *fingerprint) add(c *Case) {
	f.n++
	f.buf = append(strconv.AppendQuote(f.buf[:0], c.ID), ' ')
	f.buf = append(append(f.buf, c.Hash...), " ["...)
	for i, tag := range c.Tags {
		if i > 0 {
			f.buf = append(f.buf, ' ')
		}
		f.buf = strconv.AppendQuote(f.buf, tag)
	}
	f.buf = append(strconv.AppendQuote(append(f.buf, "] "...), c.Cluster), ' ')
	f.buf = append(strconv.AppendFloat(f.buf, c.Weight, 'g', -1, 64), ' ')
	f.buf = append(strconv.AppendBool(f.buf, c.Required), '\n')
	f.h.Write(f.buf)
}

func (f *fingerprint) summary() Summary { return Summary{f.n, hex.EncodeToString(f.h.Sum(nil))} }

// complete fills in the suite's defaults and what is derived from the whole case.
func (s *Suite) complete(c *Case) {
	d := s.Defaults
	if len(d.Vars) > 0 {
		vars := maps.Clone(d.Vars)
		maps.Copy(vars, c.Vars)
		c.Vars = vars
	}
	for _, tag := range d.Tags {
		if !slices.Contains(c.Tags, tag) {
			c.Tags = append(c.Tags, tag)
		}
	}
	fill(&c.Context, d.Context)
	fill(&c.MustContain, d.MustContain)
	fill(&c.MustNotContain, d.MustNotContain)
	if c.ExpectedIntent == "" {
		c.ExpectedIntent = d.ExpectedIntent
	}
	if c.ExpectedTone == "" {
		c.ExpectedTone = d.ExpectedTone
	}
	if d.Weight != nil && !c.weighted {
		c.Weight = *d.Weight
	}
	c.Required = c.Required || d.Required
	c.identify()
}

// fill gives a nil list its default; an empty list that a case writes out stays empty.
func fill(list *[]string, byDefault words) {
	if *list == nil {
		*list = byDefault
	}
}

// Scorers lists what scores a case: the suite's metrics, the case's own, and contains and not_contains
// where the case asks for them and the suite has none. A case's own metric wins over the suite's of the
// same name.
func (s *Suite) scorersFor(c *Case, automatic []*score.Metric) []*score.Metric {
	list := s.Metrics
	if len(c.Metrics) > 0 {
		list = slices.DeleteFunc(slices.Clone(list), func(m *score.Metric) bool {
			return slices.ContainsFunc(c.Metrics, func(own *score.Metric) bool { return own.Name == m.Name })
		})
		list = append(list, c.Metrics...)
	}
	for _, m := range automatic {
		asked := m.Type == "contains" && len(c.MustContain) > 0 || m.Type == "not_contains" && len(c.MustNotContain) > 0
		if asked && !slices.ContainsFunc(list, func(have *score.Metric) bool { return have.Type == m.Type || have.Name == m.Name }) {
			list = append(slices.Clip(list), m)
		}
	}
	return list
}
