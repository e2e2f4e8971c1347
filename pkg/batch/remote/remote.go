// Package remote hands batches to the batch APIs of providers, at half the price and within a day: OpenAI's
// Batch API, also of servers that speak it, and Anthropic's Message Batches. The input is that of package
// batch, and so is the output.
//
//	client := &remote.Client{Open: open}
//	state, err := client.Submit(ctx, remote.Submission{Input: in, Settings: settings, Output: "out.jsonl", Compose: compose})
//	state, err = client.Refresh(ctx, "out.jsonl")
//	sum, err := client.Fetch(ctx, "out.jsonl", remote.FetchOptions{})
//
// What has been done stands in a state file beside the output (StatePath), written before and after each
// step: a process may be killed anywhere, and the next one goes on, also on another machine.
//
// The requests go through net/http and our wire. The public clients hold a whole part in memory, and more
// than once (go-openai's CreateFile, anthropic-sdk-go's Batches.New), where a part may have 256 MB; here
// it is streamed from the disk.
package remote

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Client speaks to the batch APIs. Only Open is required. It is safe for concurrent use, but a state file
// has one user at a time.
type Client struct {
	// Open finds the batch API of a model reference; see OpenAPI.
	Open  func(ref string) (API, error)
	Retry gateway.Retry // of single requests to the API
	// Price is the cost of a usage at the batch price, nil when unknown. A nil Price knows none.
	Price func(ref string, u *llm.Usage, at time.Time) *llm.Money
	// Ledger records fetched answers; nil: they are not recorded.
	Ledger Ledger
	// Notice is told what a user should know and is no failure; nil: nobody is told.
	Notice func(format string, args ...any)
	Now    func() time.Time // nil means time.Now
}

// API is a provider's batch API. Errors are *llm.Error.
type API interface {
	Limits() Limits
	// Line is a request as it stands in a part, without a line end.
	Line(customID string, req *llm.Request) ([]byte, error)
	// Upload hands over a part's lines; the id is "" where they go with Create.
	Upload(ctx context.Context, p Piece) (fileID string, err error)
	// FindUpload looks for what an earlier Upload of the piece has left; "" when there is nothing.
	FindUpload(ctx context.Context, p Piece) (fileID string, err error)
	Create(ctx context.Context, p Piece) (*Batch, error)
	// Find looks for batches that an earlier Create of the piece may have made. sure says that they can be
	// no others.
	Find(ctx context.Context, p Piece) (found []Batch, sure bool, err error)
	Get(ctx context.Context, id string) (*Batch, error)
	Cancel(ctx context.Context, id string) (*Batch, error)
	// List gives a page of batches, the newest first, and where the next one begins, "" at the end.
	List(ctx context.Context, after string, limit int) (page []Batch, next string, err error)
	// Results gives the results of a batch that has ended, in any order, and tells how many there must be
	// at least when none is missing. A download that breaks off is an error.
	Results(ctx context.Context, b *Batch, each func(Result) error) error
	// Answer reads the body of a Result.
	Answer(body []byte) (*llm.Response, error)
}

// Limits are those of one part.
type Limits struct {
	Requests int
	Bytes    int64 // of all that is sent
	Overhead int64 // bytes of a part beside its lines
	Each     int64 // bytes beside each line
}

// Piece is a part on its way to the provider.
type Piece struct {
	Name     string // unique: the batch's tag and the part's number
	Requests int
	Size     int64 // of Lines, in bytes
	// Lines opens the part's lines, each with its end, at their beginning.
	Lines  func() (io.ReadCloser, error)
	FileID string    // from Upload
	Since  time.Time // when it was begun to be handed over
}

// Status is how far a batch is. Providers' words differ; these are ours.
type Status string

// The states. From Completed on a batch has ended.
const (
	Validating Status = "validating"
	InProgress Status = "in_progress"
	Finalizing Status = "finalizing"
	Canceling  Status = "canceling"
	Completed  Status = "completed" // all is done, be it with failures
	Failed     Status = "failed"    // the provider has refused it as a whole
	Expired    Status = "expired"   // a part of it was not done in time
	Canceled   Status = "canceled"
)

// Ended tells whether nothing more will happen.
func (s Status) Ended() bool {
	return s == Completed || s == Failed || s == Expired || s == Canceled
}

// Counts are of requests.
type Counts struct {
	Total     int `json:"total"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	Canceled  int `json:"canceled"`
	Expired   int `json:"expired"`
}

// Batch is what the provider says of a batch.
type Batch struct {
	ID      string    `json:"id"`
	Status  Status    `json:"status"`
	Counts  Counts    `json:"counts"`
	Created time.Time `json:"created"`
	Ended   time.Time `json:"ended,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	Tag     string    `json:"tag,omitempty"`     // Piece.Name, where the provider keeps it
	Problem string    `json:"problem,omitempty"` // why it failed as a whole

	Output string `json:"output,omitempty"` // file of results
	Errors string `json:"errors,omitempty"` // file of failures
}

// Result is the provider's answer to one request: Body, or why there is none.
type Result struct {
	CustomID string
	Body     json.RawMessage
	Err      error
}

// Failures that no live call has.
const (
	failExpired  = "expired"
	failCanceled = "canceled"
)

func (c *Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Client) notice(format string, args ...any) {
	if c.Notice != nil {
		c.Notice(format, args...)
	}
}
