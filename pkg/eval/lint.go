package eval

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/llmops-toolkit/llmops/pkg/counts"
)

// Finding is something about a suite's cases that is likely a mistake.
type Finding struct {
	Rule  string // "duplicate-id", "near-duplicate", "missing-expected", "unused-field", "unbalanced-tags"
	Place Place
	Case  string // "" where it is about the suite
	Text  string
}

const (
	nearShare = 0.9 // of the shingles of two inputs that are the same
	shingle   = 3   // words
	rareShare = 0.02
)

// Lint reads all cases and lists what is likely a mistake, in the order of the cases. A case that cannot be
// read is the error; ids that are there twice are findings.
func (s *Suite) Lint() ([]Finding, error) {
	l := linter{suite: s, ids: map[string]Place{}, tags: map[string]int{}, index: map[string][]int{}}
	files, err := s.Files()
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		for c, err := range readCases(file) {
			if err != nil {
				return nil, err
			}
			s.complete(c)
			l.one(c)
		}
	}
	if l.cases == 0 {
		return nil, errors.New("the suite has no cases")
	}
	l.balance()
	return l.found, nil
}

type linter struct {
	suite *Suite
	found []Finding
	cases int
	ids   map[string]Place
	tags  map[string]int

	inputs []input
	index  map[string][]int // inputs by shingle
}

type input struct {
	id       string
	place    Place
	shingles int
}

func (l *linter) add(rule string, c *Case, format string, args ...any) {
	l.found = append(l.found, Finding{rule, c.Place, c.ID, fmt.Sprintf(format, args...)})
}

func (l *linter) one(c *Case) {
	l.cases++
	if first, twice := l.ids[c.ID]; twice && !c.idMade {
		l.add("duplicate-id", c, "the id is already taken in %s", first)
	}
	l.ids[c.ID] = c.Place
	for _, tag := range c.Tags {
		l.tags[tag]++
	}
	l.near(c)
	l.expected(c)
	l.unused(c)
}

// near finds an earlier case that asks nearly the same: nearly all runs of three words are in both.
func (l *linter) near(c *Case) {
	grams := shingles(c.Question())
	shared := map[int]int{}
	for g := range grams {
		for _, i := range l.index[g] {
			shared[i]++
		}
	}
	best, most := -1, 0.0
	for i, n := range shared {
		share := float64(n) / float64(len(grams)+l.inputs[i].shingles-n)
		if share >= nearShare && (share > most || share == most && i < best) {
			best, most = i, share
		}
	}
	if best >= 0 {
		l.add("near-duplicate", c, "asks %.0f %% the same as %s (%s)", 100*most, l.inputs[best].id, l.inputs[best].place)
	}
	for g := range grams {
		if len(l.index[g]) < 200 { // words that all cases share tell nothing
			l.index[g] = append(l.index[g], len(l.inputs))
		}
	}
	l.inputs = append(l.inputs, input{c.ID, c.Place, len(grams)})
}

func shingles(text string) map[string]bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	out := map[string]bool{}
	for i := range max(1, len(words)-shingle+1) {
		out[strings.Join(words[i:min(len(words), i+shingle)], " ")] = true
	}
	return out
}

// expected finds what a scorer of the suite compares with and the case has not.
func (l *linter) expected(c *Case) {
	for _, m := range l.suite.scorersFor(c, nil) {
		switch field := needs(m); {
		case field == "expected" && len(c.Expected) == 0, field == "expected_intent" && c.ExpectedIntent == "",
			field == "expected_tone" && c.ExpectedTone == "", field == "context" && len(c.Context) == 0:
			l.add("missing-expected", c, "scorer %s wants %s, which the case has not", m.Name, field)
		}
	}
}

// unused finds expectations that no scorer looks at.
func (l *linter) unused(c *Case) {
	for _, field := range unread(c, l.suite.scorersFor(c, nil)) {
		l.add("unused-field", c, "no scorer looks at %s", field)
	}
}

// balance finds tags that stand for hardly any case beside others of very many.
func (l *linter) balance() {
	most := 0
	for _, n := range l.tags {
		most = max(most, n)
	}
	var rare []string
	for tag, n := range l.tags {
		if most >= 50 && float64(n) < rareShare*float64(most) {
			rare = append(rare, fmt.Sprintf("%s (%s)", tag, counts.Grouped(n)))
		}
	}
	if slices.Sort(rare); len(rare) > 0 {
		l.found = append(l.found, Finding{Rule: "unbalanced-tags", Place: Place{File: l.suite.File}, Text: fmt.Sprintf(
			"the largest tag has %s, and these hardly any, so that their figures say little: %s", counts.Of(most, "case"), strings.Join(rare, ", "))})
	}
}
