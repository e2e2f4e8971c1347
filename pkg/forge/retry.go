package forge

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	tries   = 4
	maxWait = time.Minute
)

// retryAfter tells whether an error is worth another try, and after what time: a server that is busy or
// fails, and a connection that broke.
func retryAfter(err error, try int) (wait time.Duration, again bool) {
	if err == nil || try+1 >= tries || errors.Is(err, context.Canceled) {
		return 0, false
	}
	wait = time.Second << try
	if s, ok := errors.AsType[*StatusError](err); ok {
		busy := s.Code == http.StatusTooManyRequests || s.Code == http.StatusForbidden && s.After > 0 // GitHub's second way to say it
		if !busy && s.Code < 500 {
			return 0, false
		}
		wait = max(wait, s.After)
	}
	return wait, wait <= maxWait
}

func (t *Thread) sleep(ctx context.Context, wait time.Duration) error {
	if t.Sleep != nil {
		return t.Sleep(ctx, wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
