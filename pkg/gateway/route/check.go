package route

import (
	"fmt"
	"slices"
	"strings"
)

// check goes through a rule's conditions, the cheap ones first. With false the reason is the one that does not hold.
func (r Rule) check(f Features) (reasons []string, holds bool) {
	for _, condition := range []func(Rule, Features) (string, bool){
		Rule.words, Rule.tags, Rule.length, Rule.difficulty, Rule.price,
	} {
		reason, ok := condition(r, f)
		if !ok {
			return []string{reason}, false
		}
		if reason != "" {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 {
		reasons = []string{"always"}
	}
	return reasons, true
}

// no words why a condition does not hold, where somebody wants to know.
func (f Features) no(format string, args ...any) (string, bool) {
	if f.brief {
		return "", false
	}
	return fmt.Sprintf(format, args...), false
}

func (r Rule) words(f Features) (string, bool) {
	var met []string
	for _, c := range []struct{ what, want, have string }{
		{"task", r.When.Task, f.Task}, {"tenant", r.When.Tenant, f.Tenant}, {"prompt", r.When.Prompt, f.Prompt},
	} {
		switch {
		case c.want == "":
		case c.have == "":
			return f.no("no %s, wants %s", c.what, c.want)
		case c.have != c.want:
			return f.no("%s is %s, wants %s", c.what, c.have, c.want)
		default:
			met = append(met, c.what+" "+c.want)
		}
	}
	return strings.Join(met, ", "), true
}

func (r Rule) tags(f Features) (string, bool) {
	var met []string
	has := func(tag string) bool { return slices.Contains(f.Tags, tag) }
	if wanted := r.When.Tags; len(wanted) > 0 {
		i := slices.IndexFunc(wanted, has)
		if i < 0 {
			return f.no("no tag %s", strings.Join(wanted, " or "))
		}
		met = append(met, "tag "+wanted[i])
	}
	for _, tag := range r.When.AllTags {
		if !has(tag) {
			return f.no("no tag %s", tag)
		}
		met = append(met, "tag "+tag)
	}
	return strings.Join(met, ", "), true
}

func (r Rule) length(f Features) (string, bool) {
	least, most := r.When.MinTokens, r.When.MaxTokens
	if least == 0 && most == 0 {
		return "", true
	}
	if f.Tokens == nil {
		return "the tokens are not counted", false
	}
	n := f.Tokens(r.Model)
	switch {
	case n < least:
		return f.no("%d tokens < %d", n, least)
	case most > 0 && n > most:
		return f.no("%d tokens > %d", n, most)
	case most == 0:
		return fmt.Sprintf("%d tokens ≥ %d", n, least), true
	}
	return fmt.Sprintf("%d tokens ≤ %d", n, most), true
}

func (r Rule) difficulty(f Features) (string, bool) {
	want := r.When.Complexity
	switch {
	case want == "":
		return "", true
	case f.Complexity == nil:
		return "the complexity is not known", false
	}
	level, score := f.Complexity()
	if level != want {
		return f.no("complexity is %s (%.2f), wants %s", level, score, want)
	}
	return fmt.Sprintf("complexity %s (%.2f)", level, score), true
}

func (r Rule) price(f Features) (string, bool) {
	if r.MaxCost == nil {
		return "", true
	}
	if f.Cost == nil {
		return "the cost is not known", false
	}
	switch cost := f.Cost(r.Model); {
	case cost == nil:
		return r.Model + " is unpriced", false
	case *cost > *r.MaxCost:
		return f.no("about %s > %s", *cost, *r.MaxCost)
	default:
		return fmt.Sprintf("about %s ≤ %s", *cost, *r.MaxCost), true
	}
}
