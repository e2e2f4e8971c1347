package score

import (
	"context"
	"regexp"
	"strings"
)

// regex passes an answer that its RE2 pattern matches (match: false turns that round). With group, a
// number or a name, what the last match captured there must equal an expected answer, case and outer
// white space ignored.
type regex struct {
	Pattern string `yaml:"pattern" json:"pattern"`
	Group   string `yaml:"group" json:"group"`
	Match   bool   `yaml:"match" json:"match"`
	Field   string `yaml:"field" json:"field"`
	Path    string `yaml:"path" json:"path"`

	re    *regexp.Regexp
	group int // -1 without one
	with  against
}

func newRegex(o regex) (Scorer, error) {
	if o.Pattern == "" {
		return nil, badOption("pattern", "is missing")
	}
	var err error
	if o.re, err = regexp.Compile(o.Pattern); err != nil {
		return nil, badOption("pattern", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	if o.with, err = newAgainst(o.Field); err != nil {
		return nil, err
	}
	if o.group = -1; o.Group != "" {
		if o.group = groupIndex(o.re, o.Group); o.group < 0 {
			return nil, badOption("group", "the pattern has no group "+o.Group)
		}
	}
	return &o, nil
}

func groupIndex(re *regexp.Regexp, name string) int {
	if len(name) == 1 && name[0] >= '0' && name[0] <= '9' {
		if i := int(name[0] - '0'); i <= re.NumSubexp() {
			return i
		}
		return -1
	}
	return re.SubexpIndex(name)
}

// Score matches the pattern.
func (o *regex) Score(_ context.Context, s *Sample) Outcome {
	got, err := pick(s.Output, o.Path)
	if err != nil {
		return unreadable(err)
	}
	if o.group < 0 {
		return passed(o.re.MatchString(got) == o.Match, "the pattern %s", map[bool]string{true: "does not match", false: "matches"}[o.Match])
	}
	wants, missing := o.with.of(s)
	if missing != "" {
		return unscored("%s", missing)
	}
	all := o.re.FindAllStringSubmatch(got, -1)
	if len(all) == 0 {
		return passed(false, "the pattern does not match")
	}
	captured := all[len(all)-1][o.group]
	for _, want := range wants {
		if fold(plain(captured)).equal(fold(plain(want))) {
			return passed(true, "")
		}
	}
	return passed(false, "want %s, captured %s", quoteAny(wants), quote(captured))
}
