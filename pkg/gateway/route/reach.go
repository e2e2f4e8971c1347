package route

import "slices"

// Unreachable gives the rules, by index, that no request gets to, since an earlier rule holds whenever they do. It
// compares one rule with one: that several together take every request is not seen.
func (rs Rules) Unreachable() []int {
	var out []int
	for i, r := range rs {
		if slices.ContainsFunc(rs[:i], func(before Rule) bool { return before.covers(r) }) {
			out = append(out, i)
		}
	}
	return out
}

// covers tells that the rule holds for every request that o holds for.
func (r Rule) covers(o Rule) bool {
	same := r.Model == o.Model // else tokens and costs are others too
	return r.When.covers(o.When, same) &&
		(r.MaxCost == nil || same && o.MaxCost != nil && *o.MaxCost <= *r.MaxCost)
}

func (w When) covers(o When, sameModel bool) bool {
	for _, c := range [][2]string{
		{w.Task, o.Task}, {w.Tenant, o.Tenant}, {w.Prompt, o.Prompt}, {string(w.Complexity), string(o.Complexity)},
	} {
		if c[0] != "" && c[0] != c[1] {
			return false
		}
	}
	least := w.MinTokens == 0 || w.MinTokens == o.MinTokens || sameModel && o.MinTokens > w.MinTokens
	most := w.MaxTokens == 0 || w.MaxTokens == o.MaxTokens || sameModel && o.MaxTokens > 0 && o.MaxTokens < w.MaxTokens
	return least && most && w.coversTags(o)
}

func (w When) coversTags(o When) bool {
	sure := o.AllTags // tags that every request of o has
	if len(o.Tags) == 1 {
		sure = append(slices.Clone(sure), o.Tags[0])
	}
	has := func(tag string) bool { return slices.Contains(sure, tag) }
	one := len(w.Tags) == 0 || slices.ContainsFunc(w.Tags, has) ||
		len(o.Tags) > 0 && !slices.ContainsFunc(o.Tags, func(tag string) bool { return !slices.Contains(w.Tags, tag) })
	return one && !slices.ContainsFunc(w.AllTags, func(tag string) bool { return !has(tag) })
}
