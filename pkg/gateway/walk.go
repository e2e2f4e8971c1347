package gateway

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// walk is the way of one call through the candidates.
type walk struct {
	g      *Gateway
	asked  string // the reference of the request
	budget budget

	at       string        // the model that is being asked
	before   time.Duration // the time that those before it took
	queue    []Link
	seen     map[string]bool // nil until something failed
	attempts int
	resp     *llm.Response // of the first that failed, or of the last that a filter stopped
	stopped  bool          // resp is an answer that a filter stopped
	errs     []error
	why      []string
	tried    []string
	lost     []llm.Try
	pooled   map[failure]bool // ways to fail whose chain of the pool is in the queue already
}

func (g *Gateway) walk(asked string) *walk {
	w := &walk{g: g, asked: asked, budget: budget{attempts: g.cfg.TotalAttempts, start: g.cfg.Retry.Now()}}
	w.budget.walk = w
	for _, ref := range g.candidates(asked) {
		w.queue = append(w.queue, Link{Ref: ref})
	}
	return w
}

// next takes the next candidate that was not asked yet.
func (w *walk) next() (Link, bool) {
	for len(w.queue) > 0 {
		link := w.queue[0]
		w.queue = w.queue[1:]
		if link.Ref == "" || !w.seen[link.Ref] {
			return link, true
		}
	}
	return Link{}, false
}

// extend puts into the queue what is to be asked after a failure.
func (w *walk) extend(ref string, how failure) {
	chains, in := w.g.cfg.Chains, w.g.inPool
	w.queue = append(slices.Clone(chains.after(ref, how)), w.queue...)
	if !in(w.asked, ref) {
		return
	}
	if how != outage { // the pool's other members are the same model
		w.queue = slices.DeleteFunc(w.queue, func(l Link) bool { return in(w.asked, l.Ref) })
	}
	if !w.pooled[how] {
		w.queue = append(w.queue, chains.after(w.asked, how)...)
		if w.pooled == nil {
			w.pooled = map[failure]bool{}
		}
		w.pooled[how] = true
	}
}

// elsewhere tells whether there is something to ask in place of ref.
func (w *walk) elsewhere(ref string) bool {
	chains := w.g.cfg.Chains
	for _, links := range [...][]Link{w.queue, chains.after(ref, outage), chains.after(w.asked, outage)} {
		for _, l := range links {
			if l.Ref != ref && !w.seen[l.Ref] {
				return true
			}
		}
	}
	return false
}

// mate tells that another deployment of the present one's model is asked next, and not left alone, when the present one
// has failed so.
func (w *walk) mate(how failure) bool {
	return how == outage && w.g.inPool(w.asked, w.at) && slices.ContainsFunc(w.queue, func(l Link) bool {
		return !w.seen[l.Ref] && w.g.inPool(w.asked, l.Ref) && !w.g.breakers.open(l.Ref)
	})
}

// later counts the models that are still to be asked when the present one has failed so, and each of them is out as
// well: up to a text, which always answers, and without those that are left alone.
func (w *walk) later(how failure) int {
	if how == final || how == unasked {
		return 0
	}
	ahead := walk{g: w.g, asked: w.asked, queue: slices.Clone(w.queue), seen: map[string]bool{w.at: true}, pooled: maps.Clone(w.pooled)}
	maps.Copy(ahead.seen, w.seen)
	ahead.extend(w.at, how)
	n := 0
	for {
		link, ok := ahead.next()
		if !ok || link.Ref == "" {
			return n
		}
		if !w.g.breakers.open(link.Ref) {
			n++
		}
		ahead.seen[link.Ref] = true
		ahead.extend(link.Ref, outage)
	}
}

// failed notes an answer that did not come, or one that a filter stopped.
func (w *walk) failed(ref string, resp *llm.Response, err error, why string) {
	w.attempts = resp.Attempts
	w.lost = append(append(w.lost, resp.Lost...), llm.Try{Response: resp, Err: err})
	resp.Lost = nil
	if w.resp == nil || err == nil {
		w.resp = resp
	}
	w.stopped = w.stopped || err == nil
	w.skipped(ref, err, why)
}

// skipped notes a model that was not asked.
func (w *walk) skipped(ref string, err error, why string) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	w.seen[ref] = true
	if err != nil {
		w.errs = append(w.errs, err)
	}
	w.tried = append(w.tried, ref)
	w.why = append(w.why, ref+": "+why)
}

// mark says in the answer whose it is and why.
func (w *walk) mark(resp *llm.Response, substitute bool) *llm.Response {
	resp.Substitute, resp.Why, resp.Tried = substitute && len(w.why) > 0, strings.Join(w.why, "; "), w.tried
	resp.Lost = append(w.charged(), resp.Lost...)
	addWaited(&resp.Timing, w.before)
	return resp
}

// charged are the answers that were thrown away and that a provider may charge for.
func (w *walk) charged() []llm.Try {
	lost := slices.DeleteFunc(w.lost, func(t llm.Try) bool { return !t.Charged() })
	if len(lost) == 0 {
		return nil
	}
	return lost
}

func (w *walk) static(link Link, req *llm.Request) (*llm.Response, error) {
	resp := w.mark(&llm.Response{
		Parts: []llm.Part{{Text: link.Static}}, FinishReason: llm.FinishStop, Model: StaticRef, Ref: StaticRef,
		Attempts: w.attempts, Static: true,
	}, true)
	if req.OnDelta == nil {
		return resp, nil
	}
	part, err := resp.Stream(req.OnDelta)
	if err != nil { // still a text that cost nothing
		resp.Parts, resp.FinishReason = part.Parts, ""
	}
	return resp, err
}

// end is what is left when nobody answered: the answer of the first, and the errors of all.
func (w *walk) end() (*llm.Response, error) {
	resp := w.resp
	if resp == nil {
		resp = &llm.Response{}
	}
	w.lost = slices.DeleteFunc(w.lost, func(t llm.Try) bool { return t.Response == resp })
	resp.Attempts, resp.Why, resp.Lost = w.attempts, strings.Join(w.why, "; "), w.charged()
	if len(w.tried) > 1 {
		resp.Tried = w.tried
		if resp.Timing.Total > 0 {
			resp.Timing.Total = max(resp.Timing.Total, w.budget.took(w.g.cfg.Retry))
		}
	}
	switch {
	case w.stopped:
		resp.Substitute = resp.Ref != w.asked && !w.g.inPool(w.asked, resp.Ref)
		return resp, nil
	case len(w.errs) == 1:
		return resp, w.errs[0]
	case len(w.errs) == 0:
		return resp, diag.Errorf("%s has no deployment to ask", w.asked)
	}
	return resp, &exhausted{w.errs}
}

// exhausted is the failure of several models. It is, for whoever decides on it, the first one's.
type exhausted struct{ errs []error }

func (e *exhausted) Error() string {
	return fmt.Sprintf("%d models failed: %v", len(e.errs), errors.Join(e.errs...))
}

// Unwrap gives the first failure: that of the model that was asked for.
func (e *exhausted) Unwrap() error { return e.errs[0] }
