package remote

import (
	"context"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// lostError is a request that the provider never answered.
type lostError struct{ kind, message string }

func (e *lostError) Error() string { return e.message }

// results reads what the provider has. Whether the download was whole is judged by the counts that it
// gives beside.
func (f *fetch) results(ctx context.Context, p *Part, table map[string]*waiting) error {
	api, err := f.client.Open(p.Model)
	if err != nil {
		return err
	}
	known, answers := 0, 0
	each := func(r Result) error {
		w := table[r.CustomID]
		if r.Body != nil {
			answers++
		}
		switch {
		case w == nil:
			f.res.Unknown++
			return nil
		case w.done:
			f.res.Twice++
			return nil
		}
		known++
		if r.Err != nil {
			return f.write(ctx, p, r.CustomID, w, nil, r.Err)
		}
		resp, err := api.Answer(r.Body)
		return f.write(ctx, p, r.CustomID, w, resp, err)
	}
	err = f.client.Retry.Do(ctx, func(ctx context.Context) error {
		known, answers, f.res.Unknown, f.res.Twice = 0, 0, 0, 0
		for _, w := range table {
			w.done = false
		}
		return api.Results(ctx, p.Batch, each)
	})
	switch {
	case err != nil:
		return err
	case known == 0 && f.res.Unknown > 0:
		return diag.Errorf("%s is another batch: none of its results is of this one's records", p.Batch.ID).
			WithHint("the state file may be of another batch; submit again to another output")
	case answers < p.Batch.Counts.Succeeded && !f.opts.GiveUp:
		return missing(p.Batch.Counts.Succeeded-answers, p)
	}
	return nil
}

func missing(n int, p *Part) error {
	return &llm.Error{
		Kind: llm.KindTruncated, Message: fmt.Sprintf("%d results of %s are missing", n, p.Batch.ID),
		Advice: "fetch again; if they stay missing, --give-up writes an error for each",
	}
}

// rest gives a record to all that has no result, once it is sure that none will come.
func (f *fetch) rest(ctx context.Context, p *Part, table map[string]*waiting) error {
	why, left := f.why(p), 0
	for _, w := range table {
		if !w.done {
			left++
		}
	}
	if left > 0 && why == nil {
		return missing(left, p)
	}
	for custom, w := range table {
		if w.done {
			continue
		}
		if err := f.write(ctx, p, custom, w, nil, why); err != nil {
			return err
		}
	}
	return nil
}

// why tells why a part's requests have no result; nil when they ought to have one.
func (f *fetch) why(p *Part) error {
	switch {
	case !p.Submitted():
		return &lostError{failCanceled, "the batch was canceled before it was handed over"}
	case p.Batch.Status == Expired:
		return &lostError{failExpired, "the batch expired before it came to this request"}
	case p.Batch.Status == Canceled:
		return &lostError{failCanceled, "the batch was canceled before it came to this request"}
	case p.Batch.Status == Failed:
		return &llm.Error{Kind: llm.KindInvalid, Message: "the provider refused the batch: " + p.Batch.Problem}
	case f.opts.GiveUp:
		return &lostError{"missing", "the provider has no result for this request"}
	}
	return nil
}
