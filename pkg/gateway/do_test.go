package gateway

import (
	"context"
	"errors"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestDo(t *testing.T) {
	for name, tt := range map[string]struct {
		errs  []error
		calls int
		fails bool
	}{
		"at once":           {nil, 1, false},
		"after two":         {[]error{llm.ErrRateLimit, &llm.Error{Kind: llm.KindServer}}, 3, false},
		"what is no use":    {[]error{llm.ErrAuth}, 1, true},
		"an error of ours":  {[]error{errors.New("disk full")}, 1, true},
		"more than allowed": {[]error{llm.ErrTimeout, llm.ErrTimeout, llm.ErrTimeout, llm.ErrTimeout}, 4, true},
	} {
		calls := 0
		c := &clock{}
		err := c.retry(Retry{}).Do(t.Context(), func(context.Context) error {
			calls++
			if calls <= len(tt.errs) {
				return tt.errs[calls-1]
			}
			return nil
		})
		if calls != tt.calls || (err != nil) != tt.fails {
			t.Errorf("%s: %d calls and %v", name, calls, err)
		}
	}
}
