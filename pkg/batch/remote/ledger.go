package remote

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Ledger is where calls are recorded.
type Ledger interface {
	// Has tells whether a call is recorded. One that was appended just now may not be seen.
	Has(ctx context.Context, traceID string) (bool, error)
	Append(ctx context.Context, r ledger.Record) error
	Flush(ctx context.Context) error
}

// traceID names an answer: always the same, so that it is recorded once however often it is fetched.
func traceID(b *Batch, customID string) string {
	sum := sha256.Sum256([]byte(b.ID + "\x00" + customID))
	var id ulid.ULID
	_ = id.SetTime(ulid.Timestamp(b.Created)) // fails after the year 10889
	_ = id.SetEntropy(sum[:10])               // fails for another length
	return id.String()
}

// record writes an answer, or a failure that the provider reports, into the ledger.
func (f *fetch) record(ctx context.Context, p *Part, w *waiting, rec *batch.Record, resp *llm.Response, err error) error {
	if f.client.Ledger == nil {
		return nil
	}
	if f.begun { // looking it up takes longer than all the rest
		has, err := f.client.Ledger.Has(ctx, rec.TraceID)
		if has || err != nil {
			return err
		}
	}
	r := ledger.Record{
		TraceID: rec.TraceID, Time: p.Batch.time(f.client.now()), Tenant: f.j.Begin.Tenant, Source: ledger.FromBatch,
		RunID: f.j.Begin.Run, CaseID: w.id, ModelAsked: p.Model, Cost: rec.Cost, Status: ledger.OK, RequestHash: w.asked,
		Version: f.j.Begin.Version, PromptSHA256: f.j.Begin.SHA256, Attempts: 1,
	}
	r.Prompt, _, _ = strings.Cut(f.j.Begin.Prompt, "@")
	r.Provider, _, _ = strings.Cut(p.Model, "/")
	if resp != nil {
		r.ModelAnswered, r.Usage, r.FinishReason, r.Output = resp.Model, resp.Usage, resp.FinishReason, resp.Parts
	}
	if failed, ok := errors.AsType[*llm.Error](err); ok {
		r.Status, r.ErrorKind = ledger.Failed, failed.Kind
	}
	return f.client.Ledger.Append(ctx, r)
}

// time is when the batch's answers were given.
func (b *Batch) time(now time.Time) time.Time {
	switch {
	case !b.Ended.IsZero():
		return b.Ended
	case !b.Created.IsZero():
		return b.Created
	}
	return now
}
