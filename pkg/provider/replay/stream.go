package replay

import (
	"context"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// stream waits as Options.Pace asks and passes the answer on in pieces. When onDelta or ctx stop it, it
// returns the part that was passed on, and the error.
func (m *Model) stream(ctx context.Context, resp *llm.Response, onDelta func(llm.Delta) error) (*llm.Response, error) {
	pace := func(d time.Duration) error {
		if m.opts.Pace <= 0 {
			return ctx.Err()
		}
		return m.opts.Sleep(ctx, time.Duration(float64(d)*m.opts.Pace))
	}
	if onDelta == nil {
		return nil, pace(resp.Timing.Total)
	}
	pieces := llm.Cut(resp.Parts)
	wait := resp.Timing.TTFT
	for i, p := range pieces {
		err := pace(wait)
		if err == nil {
			err = onDelta(p.Delta)
		}
		if err != nil {
			return resp.Until(pieces[:i]), err
		}
		wait = (resp.Timing.Total - resp.Timing.TTFT) / time.Duration(len(pieces))
	}
	return nil, pace(wait)
}
