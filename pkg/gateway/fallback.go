package gateway

import (
	"context"
	"errors"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// StaticRef is the Response.Ref of a text from a chain.
const StaticRef = llm.StaticRef

// fallback asks one candidate after the other until one answers. Nothing that was passed on to a reader is
// followed by another model's words.
func (g *Gateway) fallback(ctx context.Context, w *walk, req *llm.Request) (*llm.Response, error) {
	for {
		link, ok := w.next()
		switch {
		case !ok:
			return w.end()
		case link.Ref == "":
			return w.static(link, req)
		case len(w.why) > 0 && w.budget.spent(g.cfg.Retry):
			w.skipped(link.Ref, nil, "no attempt or time left")
			continue
		}
		done, err := g.breakers.allow(link.Ref, w.elsewhere(link.Ref))
		if err != nil {
			w.skipped(link.Ref, err, "circuit open")
			w.extend(link.Ref, outage)
			continue
		}
		resp, how, streamed, err := g.ask(ctx, w, link.Ref, req, done)
		resp.Attempts += w.attempts
		if how == answered || how == final || how == unasked || streamed {
			return w.mark(resp, link.Ref != req.Model && !g.inPool(req.Model, link.Ref)), err
		}
		w.failed(link.Ref, resp, err, reason(err))
		w.extend(link.Ref, how)
	}
}

// ask asks one model, retries included, sorts what came and tells the circuit breaker of it. What panics tells nothing
// of the provider.
func (g *Gateway) ask(ctx context.Context, w *walk, ref string, req *llm.Request, done func(failure)) (resp *llm.Response, how failure, streamed bool, err error) {
	told := unasked
	defer func() { done(told) }()
	w.at = ref
	if len(w.tried) > 0 {
		w.before = w.budget.took(g.cfg.Retry)
	}
	resp, streamed, err = g.try(ctx, ref, req)
	how = failureOf(resp, err, kindOf(err))
	switch {
	case ctx.Err() != nil && how != unasked:
		how = final
	case how == final && ref != req.Model && !g.inPool(req.Model, ref) && isMistake(err):
		how = outage // of a substitute's configuration
	}
	told = verdict(ctx, how, err)
	return resp, how, streamed, err
}

// verdict is what a call tells of its provider: unasked, and so nothing, when its caller gave it up, our own limits
// kept it back, or the mistake is none of the provider's.
func verdict(ctx context.Context, how failure, err error) failure {
	if err != nil && (ctx.Err() != nil || kindOf(err) == "" || heldBack(ctx)) {
		return unasked
	}
	return how
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
	defer func() { began.end(resp, err) }() // of a panic too: resp is nil then
	resp, err = g.send(ctx, ref, watched)
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

// isMistake tells that a user is to mend something: a key that is missing, a price that a budget needs.
func isMistake(err error) bool {
	var user *diag.Error
	return errors.As(err, &user)
}

func reason(err error) string {
	switch kind := kindOf(err); {
	case err == nil:
		return "content filter"
	case kind == "":
		return "cannot be used"
	default:
		return strings.ReplaceAll(string(kind), "_", " ")
	}
}
