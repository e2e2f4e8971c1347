package remote

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
)

// anthropicAPI is Anthropic's Message Batches: https://docs.claude.com/en/api/creating-message-batches. It
// keeps no name of a batch, and its results are read at the batch's own address: the one that it gives as
// results_url may be another host's, where the key does not go.
type anthropicAPI struct{ server }

const (
	batchesPath = "/v1/messages/batches"
	batchHead   = `{"requests":[`
	batchTail   = `]}`
)

// Limits implements API. The lines of a part are joined by commas in place of their ends.
func (a *anthropicAPI) Limits() Limits {
	return Limits{Requests: 100_000, Bytes: 256_000_000, Overhead: int64(len(batchHead) + len(batchTail))}
}

// Line implements API.
func (a *anthropicAPI) Line(customID string, req *llm.Request) ([]byte, error) {
	body, err := a.Body(req)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		CustomID string          `json:"custom_id"`
		Params   json.RawMessage `json:"params"`
	}{customID, body})
}

// Upload implements API: the lines go with Create.
func (a *anthropicAPI) Upload(context.Context, Piece) (string, error) { return "", nil }

// FindUpload implements API.
func (a *anthropicAPI) FindUpload(context.Context, Piece) (string, error) { return "", nil }

// Create implements API.
func (a *anthropicAPI) Create(ctx context.Context, p Piece) (*Batch, error) {
	var b anthropicBatch
	size := int64(len(batchHead)+len(batchTail)) + p.Size - 1
	err := a.stream(ctx, batchesPath, "application/json", size, func(w io.Writer) error { return joinLines(w, p) }, &b)
	if err != nil {
		return nil, err
	}
	return a.batch(&b)
}

// joinLines writes the lines as a list. No line end is a part of their JSON.
func joinLines(w io.Writer, p Piece) error {
	lines, err := p.Lines()
	if err != nil {
		return err
	}
	defer lines.Close()
	out := bufio.NewWriterSize(w, 256<<10)
	_, _ = out.WriteString(batchHead) // Flush tells what went wrong
	in := bufio.NewReaderSize(lines, 256<<10)
	left := p.Size
	for left > 0 {
		c, err := in.ReadSlice('\n')
		left -= int64(len(c))
		if len(c) > 0 && c[len(c)-1] == '\n' {
			c = c[:len(c)-1]
			_, _ = out.Write(c)
			if left > 0 {
				_ = out.WriteByte(',')
			}
		} else {
			_, _ = out.Write(c)
		}
		if err != nil && err != bufio.ErrBufferFull {
			return err
		}
	}
	_, _ = out.WriteString(batchTail)
	return out.Flush()
}

// Find implements API. The time and the number of requests are all there is to go by.
func (a *anthropicAPI) Find(ctx context.Context, p Piece) (found []Batch, sure bool, err error) {
	err = since(ctx, a, p.Since, func(b Batch) {
		if b.Counts.Total == p.Requests {
			found = append(found, b)
		}
	})
	return found, false, err
}

// anthropicBatch is a batch as the API has it.
type anthropicBatch struct {
	ID      string     `json:"id"`
	Status  string     `json:"processing_status"`
	Created time.Time  `json:"created_at"`
	Ended   *time.Time `json:"ended_at"`
	Expires *time.Time `json:"expires_at"`
	Cancel  *time.Time `json:"cancel_initiated_at"`
	Counts  struct {
		Processing int `json:"processing"`
		Succeeded  int `json:"succeeded"`
		Errored    int `json:"errored"`
		Canceled   int `json:"canceled"`
		Expired    int `json:"expired"`
	} `json:"request_counts"`
}

func (a *anthropicAPI) batch(b *anthropicBatch) (*Batch, error) {
	c := b.Counts
	out := &Batch{
		ID: b.ID, Status: InProgress, Created: b.Created,
		Counts: Counts{c.Processing + c.Succeeded + c.Errored + c.Canceled + c.Expired, c.Succeeded, c.Errored, c.Canceled, c.Expired},
	}
	if b.Ended != nil {
		out.Ended = *b.Ended
	}
	if b.Expires != nil {
		out.Expires = *b.Expires
	}
	switch {
	case b.ID == "":
		return nil, a.malformed("a batch has no id")
	case b.Status == "ended" && c.Expired > 0:
		out.Status = Expired
	case b.Status == "ended" && (c.Canceled > 0 || b.Cancel != nil):
		out.Status = Canceled
	case b.Status == "ended":
		out.Status = Completed
	case b.Status == "canceling":
		out.Status = Canceling
	case b.Status != "in_progress":
		return nil, a.malformed(fmt.Sprintf("a batch has the unknown status %.40q", b.Status))
	}
	return out, nil
}

func (a *anthropicAPI) ask(ctx context.Context, method, path string) (*Batch, error) {
	var b anthropicBatch
	if err := a.call(ctx, method, batchesPath+"/"+path, nil, nil, &b); err != nil {
		return nil, err
	}
	return a.batch(&b)
}

// Get implements API.
func (a *anthropicAPI) Get(ctx context.Context, id string) (*Batch, error) {
	return a.ask(ctx, http.MethodGet, url.PathEscape(id))
}

// Cancel implements API.
func (a *anthropicAPI) Cancel(ctx context.Context, id string) (*Batch, error) {
	return a.ask(ctx, http.MethodPost, url.PathEscape(id)+"/cancel")
}

// List implements API.
func (a *anthropicAPI) List(ctx context.Context, after string, limit int) ([]Batch, string, error) {
	var page struct {
		Data    []anthropicBatch `json:"data"`
		HasMore bool             `json:"has_more"`
		LastID  string           `json:"last_id"`
	}
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if after != "" {
		query.Set("after_id", after)
	}
	if err := a.call(ctx, http.MethodGet, batchesPath, query, nil, &page); err != nil {
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
	if !page.HasMore {
		page.LastID = ""
	}
	return list, page.LastID, nil
}

// Results implements API.
func (a *anthropicAPI) Results(ctx context.Context, b *Batch, each func(Result) error) error {
	return a.download(ctx, batchesPath+"/"+url.PathEscape(b.ID)+"/results", func(l *resultLine) error {
		r := Result{CustomID: l.CustomID}
		if l.Result == nil {
			return a.malformed("a line of the results has no result")
		}
		switch l.Result.Type {
		case "succeeded":
			r.Body = l.Result.Message
		case "expired":
			r.Err = &lostError{failExpired, "the batch expired before it came to this request"}
		case "canceled":
			r.Err = &lostError{failCanceled, "the batch was canceled before it came to this request"}
		default:
			r.Err = wire.Inside(a.Name, 0, l.Result.Error, a.Redact)
		}
		return each(r)
	})
}
