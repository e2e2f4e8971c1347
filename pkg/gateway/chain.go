package gateway

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Chains say what is asked when a model fails, by the reference of the model. A model of a chain may have a
// chain of its own, which comes before the rest.
type Chains struct {
	Any           map[string][]Link // after an outage, a limit, a refused key: whatever the next one need not share
	ContextWindow map[string][]Link // when the input does not fit the model
	ContentFilter map[string][]Link // when the provider's filter refuses the question or stops the answer
}

// Link is one thing to fall back to: a model, or a text that is always there. Exactly one is set.
type Link struct {
	Ref    string
	Static string
}

// CycleError tells that a chain leads back to where it began.
type CycleError struct {
	Class string   // "fallbacks", as the configuration calls it
	Path  []string // the first reference is the last one too
}

func (e *CycleError) Error() string {
	return fmt.Sprintf("%s go in a circle: %s", e.Class, strings.Join(e.Path, " → "))
}

// Check fails with a *CycleError when a chain leads back to where it began.
func (c Chains) Check() error {
	for _, class := range []struct {
		name   string
		chains map[string][]Link
	}{{"fallbacks", c.Any}, {"context_window_fallbacks", c.ContextWindow}, {"content_filter_fallbacks", c.ContentFilter}} {
		done := map[string]bool{}
		for _, ref := range slices.Sorted(maps.Keys(class.chains)) {
			if path := circle(class.chains, ref, nil, done); path != nil {
				return &CycleError{class.name, path}
			}
		}
	}
	return nil
}

// circle walks depth first; path is the way to ref, done what is known to lead to no circle.
func circle(chains map[string][]Link, ref string, path []string, done map[string]bool) []string {
	if i := slices.Index(path, ref); i >= 0 {
		return append(slices.Clone(path[i:]), ref)
	}
	if done[ref] {
		return nil
	}
	path = append(path, ref)
	for _, link := range chains[ref] {
		if link.Ref == "" {
			continue
		}
		if found := circle(chains, link.Ref, path, done); found != nil {
			return found
		}
	}
	done[ref] = true
	return nil
}

// after gives the chain for the way in which the model of a reference failed; none when another model would fail
// alike.
func (c Chains) after(ref string, how failure) []Link {
	switch how {
	case outage:
		return c.Any[ref]
	case tooLong:
		return c.ContextWindow[ref]
	case filtered:
		return c.ContentFilter[ref]
	}
	return nil
}

// failure sorts what came of asking a model by what may be asked next.
type failure int

const (
	answered failure = iota
	outage
	tooLong
	filtered
	final   // another model would fail alike, or nobody waits any more
	unasked // a limit of the caller stopped the call before the provider was asked
)

func failureOf(resp *llm.Response, err error, kind llm.ErrorKind) failure {
	switch {
	case err == nil && resp.FinishReason == llm.FinishContentFilter:
		return filtered
	case err == nil:
		return answered
	case isStopped(err):
		return unasked
	}
	switch kind {
	case "", llm.KindInvalid: // a mistake, ours or the user's
		return final
	case llm.KindContextWindow:
		return tooLong
	case llm.KindContentFilter:
		return filtered
	}
	return outage
}
