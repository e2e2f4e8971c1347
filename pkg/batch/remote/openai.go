package remote

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
)

// openaiAPI is OpenAI's Batch API: https://platform.openai.com/docs/guides/batch. All requests of a batch
// go to one endpoint and name one model.
type openaiAPI struct{ server }

const (
	endpoint = "/v1/chat/completions"
	tagKey   = "llmops" // in a batch's metadata
)

// Limits implements API.
func (a *openaiAPI) Limits() Limits { return Limits{Requests: 50_000, Bytes: 200_000_000} }

// Line implements API.
func (a *openaiAPI) Line(customID string, req *llm.Request) ([]byte, error) {
	body, err := a.Body(req)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		CustomID string          `json:"custom_id"`
		Method   string          `json:"method"`
		URL      string          `json:"url"`
		Body     json.RawMessage `json:"body"`
	}{customID, http.MethodPost, endpoint, body})
}

// openaiFile is an uploaded file.
type openaiFile struct {
	ID    string `json:"id"`
	Name  string `json:"filename"`
	Bytes int64  `json:"bytes"`
}

// Upload implements API.
func (a *openaiAPI) Upload(ctx context.Context, p Piece) (string, error) {
	var head strings.Builder
	form := multipart.NewWriter(&head)
	_ = form.WriteField("purpose", "batch") // a strings.Builder does not fail
	if _, err := form.CreateFormFile("file", p.Name+".jsonl"); err != nil {
		return "", err
	}
	tail := "\r\n--" + form.Boundary() + "--\r\n"
	var f openaiFile
	err := a.stream(ctx, "/files", form.FormDataContentType(), int64(head.Len())+p.Size+int64(len(tail)), func(w io.Writer) error {
		if _, err := io.WriteString(w, head.String()); err != nil {
			return err
		}
		if err := copyLines(w, p); err != nil {
			return err
		}
		_, err := io.WriteString(w, tail)
		return err
	}, &f)
	if err == nil && f.ID == "" {
		err = a.malformed("the uploaded file has no id")
	}
	return f.ID, err
}

// FindUpload implements API.
func (a *openaiAPI) FindUpload(ctx context.Context, p Piece) (string, error) {
	after := ""
	for {
		var page struct {
			Data    []openaiFile `json:"data"`
			HasMore bool         `json:"has_more"`
		}
		query := url.Values{"purpose": {"batch"}, "limit": {"100"}}
		if after != "" {
			query.Set("after", after)
		}
		if err := a.call(ctx, http.MethodGet, "/files", query, nil, &page); err != nil {
			return "", err
		}
		for _, f := range page.Data {
			if f.Name == p.Name+".jsonl" && f.Bytes == p.Size {
				return f.ID, nil
			}
		}
		if !page.HasMore || len(page.Data) == 0 || page.Data[len(page.Data)-1].ID == after {
			return "", nil
		}
		after = page.Data[len(page.Data)-1].ID
	}
}

// openaiBatch is a batch as the API has it.
type openaiBatch struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Errors *struct {
		Data []struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Line    *int   `json:"line"`
		} `json:"data"`
	} `json:"errors"`
	Output  string `json:"output_file_id"`
	Failed  string `json:"error_file_id"`
	Created int64  `json:"created_at"`
	Expires int64  `json:"expires_at"`

	CompletedAt int64 `json:"completed_at"`
	FailedAt    int64 `json:"failed_at"`
	ExpiredAt   int64 `json:"expired_at"`
	CancelledAt int64 `json:"cancelled_at"`

	Counts struct {
		Total     int `json:"total"`
		Completed int `json:"completed"`
		Failed    int `json:"failed"`
	} `json:"request_counts"`
	Metadata map[string]any `json:"metadata"`
}

func (a *openaiAPI) batch(b *openaiBatch) (*Batch, error) {
	out := &Batch{
		ID: b.ID, Status: Status(b.Status), Output: b.Output, Errors: b.Failed, Created: at(b.Created), Expires: at(b.Expires),
		Ended:  at(cmp.Or(b.CompletedAt, b.FailedAt, b.ExpiredAt, b.CancelledAt)),
		Counts: Counts{Total: b.Counts.Total, Succeeded: b.Counts.Completed, Failed: b.Counts.Failed},
	}
	out.Tag, _ = b.Metadata[tagKey].(string)
	switch b.Status {
	case "cancelling":
		out.Status = Canceling
	case "cancelled":
		out.Status = Canceled
	case "validating", "in_progress", "finalizing", "completed", "failed", "expired":
	default:
		return nil, a.malformed(fmt.Sprintf("a batch has the unknown status %.40q", b.Status))
	}
	if b.ID == "" {
		return nil, a.malformed("a batch has no id")
	}
	if b.Errors != nil && len(b.Errors.Data) > 0 {
		first := b.Errors.Data[0]
		text, _ := json.Marshal(map[string]any{"error": map[string]string{"code": first.Code, "message": first.Message}}) // texts always have a JSON form
		e := wire.Inside(a.Name, 0, text, a.Redact)
		out.Problem = strings.TrimSpace(e.Code + ": " + e.Message)
		if first.Line != nil {
			out.Problem += fmt.Sprintf(" (line %d of the part)", *first.Line)
		}
	}
	return out, nil
}

// at is a time in seconds since 1970, zero for 0.
func at(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
