package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// cacheClearOptions are the flags of cache clear.
type cacheClearOptions struct {
	cacheFilter
	all bool
}

func newCacheClear(e *env) *cobra.Command {
	var o cacheClearOptions
	cmd := &cobra.Command{
		Use:   "clear [KEY]",
		Short: "Remove answers from the cache",
		Example: `  llmops cache clear --all
  llmops cache clear --prompt customer-support@1.2.0
  llmops cache clear --older-than 30d`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCacheClear(cmd.Context(), e, o, args, time.Now())
		},
	}
	o.flags(cmd)
	cmd.Flags().BoolVar(&o.all, "all", false, "remove everything")
	return cmd
}

func runCacheClear(ctx context.Context, e *env, o cacheClearOptions, args []string, now time.Time) error {
	f, err := o.filter(e, now)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		if args[0] == "" {
			return diag.Errorf("the key is empty").WithHint("--all removes everything")
		}
		f.Key = args[0]
	}
	if f == (cache.Filter{}) && !o.all {
		return diag.Errorf("nothing says what to remove").WithHint("--all removes everything; a key, --tenant, --model, --prompt and --older-than choose")
	}
	if f != (cache.Filter{}) && o.all {
		return diag.Errorf("--all and a choice of answers exclude each other")
	}
	store, err := e.existingCache(ctx)
	if err != nil {
		return err
	}
	n := 0
	if store != nil {
		if n, err = store.Clear(ctx, f); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(e.out, "%s removed\n", plural(n, "answer"))
	return err
}
