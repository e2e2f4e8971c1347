package gateway

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// StaticRef is the Response.Ref of a text from a chain.
const StaticRef = llm.StaticRef

// fallback asks one candidate after the other until one answers. Nothing that was passed on to a reader is
// followed by another model's words.
func (g *Gateway) fallback(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	w := walk{seen: map[string]bool{}, pooled: map[failure]bool{}}
	for _, ref := range g.candidates(req.Model) {
		w.queue = append(w.queue, Link{Ref: ref})
	}
	for {
		link, ok := w.next()
		switch {
		case !ok:
			return w.end()
		case link.Ref == "":
			return w.static(link, req)
		case len(w.why) > 0 && budgetOf(ctx, g.cfg.Retry).spent(g.cfg.Retry):
			w.skipped(link.Ref, nil, "no attempt or time left")
			continue
		}
		done, err := g.breakers.allow(link.Ref, g.elsewhere(&w, req.Model, link.Ref))
		if err != nil {
			w.skipped(link.Ref, err, "circuit open")
			g.extend(&w, req.Model, link.Ref, outage)
			continue
		}
		resp, streamed, err := g.try(ctx, link.Ref, req)
		kind := kindOf(err)
		how := failureOf(resp, err, kind)
		if ctx.Err() != nil && how != unasked {
			how = final
		}
		done(verdict(ctx, how, err))
		resp.Attempts += w.attempts
		if how == answered || how == final || how == unasked || streamed {
			return w.mark(resp, link.Ref != req.Model && !g.inPool(req.Model, link.Ref)), err
		}
		w.failed(link.Ref, resp, err, reason(kind))
		g.extend(&w, req.Model, link.Ref, how)
	}
}

// verdict is what a call tells of its provider: unasked, and so nothing, when its caller gave it up, our own limits
// kept it back, or the mistake is none of the provider's.
func verdict(ctx context.Context, how failure, err error) failure {
	if err != nil && (ctx.Err() != nil || kindOf(err) == "" || heldBack(ctx)) {
		return unasked
	}
	return how
}

// elsewhere tells whether there is something to ask in place of ref.
func (g *Gateway) elsewhere(w *walk, asked, ref string) bool {
	for _, link := range slices.Concat(w.queue, g.cfg.Chains.after(ref, outage), g.cfg.Chains.after(asked, outage)) {
		if link.Ref != ref && !w.seen[link.Ref] {
			return true
		}
	}
	return false
}

// extend puts into the queue what is to be asked after a failure.
func (g *Gateway) extend(w *walk, asked, ref string, how failure) {
	w.queue = append(slices.Clone(g.cfg.Chains.after(ref, how)), w.queue...)
	if !g.inPool(asked, ref) {
		return
	}
	if how != outage { // the pool's other members are the same model
		w.queue = slices.DeleteFunc(w.queue, func(l Link) bool { return g.inPool(asked, l.Ref) })
	}
	if !w.pooled[how] {
		w.queue = append(w.queue, g.cfg.Chains.after(asked, how)...)
		w.pooled[how] = true
	}
}

// try asks one model, and tells whether something of its answer was passed on.
func (g *Gateway) try(ctx context.Context, ref string, req *llm.Request) (resp *llm.Response, streamed bool, err error) {
	watched, passed := watchDeltas(req)
	if ref != req.Model {
		if watched == req {
			watched = req.Clone()
		}
		watched.Model = ref
		if provider(ref) != provider(req.Model) && !strings.HasPrefix(req.Model, poolPrefix) {
			watched.Options = nil // they are the words of the other provider
		}
	}
	began := g.pool(req.Model).begin(ref)
	resp, err = g.send(ctx, ref, watched)
	began.end(resp, err)
	return resp, *passed, err
}

func provider(ref string) string {
	name, _, _ := strings.Cut(ref, "/")
	return name
}

func kindOf(err error) llm.ErrorKind {
	var e *llm.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

func reason(kind llm.ErrorKind) string {
	if kind == "" {
		return "content filter"
	}
	return strings.ReplaceAll(string(kind), "_", " ")
}

// walk is the way of one call through the candidates.
type walk struct {
	queue    []Link
	seen     map[string]bool
	attempts int
	resp     *llm.Response // of the first that failed, or of the last that a filter stopped
	stopped  bool          // resp is an answer that a filter stopped
	errs     []error
	why      []string
	tried    []string
	pooled   map[failure]bool // ways to fail whose chain of the pool is in the queue already
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

// failed notes an answer that did not come, or one that a filter stopped.
func (w *walk) failed(ref string, resp *llm.Response, err error, why string) {
	w.attempts = resp.Attempts
	if w.resp == nil || err == nil {
		w.resp = resp
	}
	w.stopped = w.stopped || err == nil
	w.skipped(ref, err, why)
}

// skipped notes a model that was not asked.
func (w *walk) skipped(ref string, err error, why string) {
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
	return resp
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
	resp.Attempts, resp.Why = w.attempts, strings.Join(w.why, "; ")
	switch {
	case w.stopped:
		return resp, nil
	case len(w.errs) == 1:
		return resp, w.errs[0]
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
