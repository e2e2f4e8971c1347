package remote

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
)

func (a *openaiAPI) ask(ctx context.Context, method, path string, body any) (*Batch, error) {
	var b openaiBatch
	if err := a.call(ctx, method, path, nil, body, &b); err != nil {
		return nil, err
	}
	return a.batch(&b)
}

// Create implements API.
func (a *openaiAPI) Create(ctx context.Context, p Piece) (*Batch, error) {
	return a.ask(ctx, http.MethodPost, "/batches", map[string]any{
		"input_file_id": p.FileID, "endpoint": endpoint, "completion_window": "24h", "metadata": map[string]string{tagKey: p.Name},
	})
}

// slack is how far the clocks of the two sides may be apart.
const slack = 10 * time.Minute

// Find implements API. A batch keeps the name of its piece.
func (a *openaiAPI) Find(ctx context.Context, p Piece) (found []Batch, sure bool, err error) {
	err = since(ctx, a, p.Since, func(b Batch) {
		if b.Tag == p.Name {
			found = append(found, b)
		}
	})
	return found, true, err
}

// since gives all batches that were made from a time on.
func since(ctx context.Context, a API, start time.Time, each func(Batch)) error {
	after := ""
	for {
		page, next, err := a.List(ctx, after, 100)
		if err != nil {
			return err
		}
		for _, b := range page {
			if !b.Created.IsZero() && b.Created.Before(start.Add(-slack)) {
				return nil // the newest come first
			}
			each(b)
		}
		if next == "" || next == after {
			return nil
		}
		after = next
	}
}

// Get implements API.
func (a *openaiAPI) Get(ctx context.Context, id string) (*Batch, error) {
	return a.ask(ctx, http.MethodGet, "/batches/"+url.PathEscape(id), nil)
}

// Cancel implements API.
func (a *openaiAPI) Cancel(ctx context.Context, id string) (*Batch, error) {
	return a.ask(ctx, http.MethodPost, "/batches/"+url.PathEscape(id)+"/cancel", nil)
}

// List implements API.
func (a *openaiAPI) List(ctx context.Context, after string, limit int) ([]Batch, string, error) {
	var page struct {
		Data    []openaiBatch `json:"data"`
		HasMore bool          `json:"has_more"`
	}
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if after != "" {
		query.Set("after", after)
	}
	if err := a.call(ctx, http.MethodGet, "/batches", query, nil, &page); err != nil {
		return nil, "", err
	}
	var list []Batch
	for i := range page.Data {
		b, err := a.batch(&page.Data[i])
		if err != nil {
			return nil, "", err
		}
		list = append(list, *b)
	}
	next := ""
	if page.HasMore && len(list) > 0 {
		next = list[len(list)-1].ID
	}
	return list, next, nil
}

// Results implements API: there is a file of answers, a file of failures, or both.
func (a *openaiAPI) Results(ctx context.Context, b *Batch, each func(Result) error) error {
	for _, file := range []string{b.Output, b.Errors} {
		if file == "" {
			continue
		}
		err := a.download(ctx, "/files/"+url.PathEscape(file)+"/content", func(l *resultLine) error { return each(a.result(l)) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *openaiAPI) result(l *resultLine) Result {
	r := Result{CustomID: l.CustomID}
	switch {
	case l.Response != nil && l.Response.Status >= 200 && l.Response.Status < 300 && len(l.Response.Body) > 0:
		r.Body = l.Response.Body
	case l.Response != nil && l.Response.Status != 0:
		r.Err = wire.Inside(a.Name, l.Response.Status, l.Response.Body, a.Redact)
	default:
		e := wire.Inside(a.Name, 0, l.Error, a.Redact)
		r.Err = e
		switch e.Code {
		case "batch_expired":
			r.Err = &lostError{failExpired, "the batch expired before it came to this request"}
		case "batch_cancelled", "batch_canceled":
			r.Err = &lostError{failCanceled, "the batch was canceled before it came to this request"}
		}
	}
	return r
}
