package cli

import (
	"context"
	"errors"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

// remoteBatches is the way to the providers' batch APIs.
func (e *env) remoteBatches(ctx context.Context) (*remote.Client, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	catalog, err := e.catalog()
	if err != nil {
		return nil, err
	}
	settings := e.providerSettings(ctx, cfg, provider.Timeouts{})
	known := map[string]remote.API{}
	c := &remote.Client{
		Open: func(ref string) (remote.API, error) {
			if api, ok := known[ref]; ok {
				return api, nil
			}
			b, err := provider.OpenBatching(ref, settings)
			if err != nil {
				return nil, err
			}
			known[ref] = remote.OpenAPI(b)
			return known[ref], nil
		},
		Retry: gateway.Retry{
			Attempts: cfg.Retry.Attempts, Base: cfg.Retry.Base, MaxWait: cfg.Retry.MaxWait,
			MaxRetryAfter: cfg.Retry.MaxRetryAfter, Total: cfg.Retry.Total,
		},
		Price: func(ref string, u *llm.Usage, at time.Time) *llm.Money {
			return catalog().Cost(ref, u, pricing.Options{Batch: true, At: at})
		},
		Notice: e.notice,
	}
	if !cfg.Ledger.Off {
		c.Ledger = batchLedger{&lazyLedger{e: e}}
	}
	return c, nil
}

// batchLedger records fetched answers.
type batchLedger struct{ *lazyLedger }

// Has implements remote.Ledger.
func (l batchLedger) Has(ctx context.Context, traceID string) (bool, error) {
	open, err := l.open(ctx)
	if err != nil {
		return false, err
	}
	_, err = open.Get(ctx, traceID)
	if errors.Is(err, ledger.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Flush implements remote.Ledger.
func (l batchLedger) Flush(ctx context.Context) error {
	open, err := l.open(ctx)
	if err != nil {
		return err
	}
	return open.Flush(ctx)
}
