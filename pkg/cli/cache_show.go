package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/report"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

func newCacheShow(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show KEY",
		Short:   "Show an answer in the cache, by its key or the beginning of it",
		Example: "  llmops cache show 3f2a9c",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return runCacheShow(cmd.Context(), e, args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON, the whole answer included")
	return cmd
}

func runCacheShow(ctx context.Context, e *env, key string, asJSON bool) error {
	entry, err := e.cacheEntry(ctx, key)
	if err != nil {
		return err
	}
	if asJSON {
		return report.JSON(e.out, entry)
	}
	resp, err := entry.Decode()
	if err != nil {
		return fmt.Errorf("the answer with the key %.12s is malformed: %w", entry.Key, err)
	}
	prompt := entry.Prompt
	if prompt == "" {
		prompt = "none"
	}
	expires := "never"
	if !entry.Expires.IsZero() {
		expires = entry.Expires.Local().Format(time.DateTime)
	}
	text := resp.Text()
	for _, call := range resp.ToolCalls() {
		text += fmt.Sprintf("\n[calls %s with %s]", call.Name, call.Arguments)
	}
	_, err = fmt.Fprintf(e.out, "key       %s\nmodel     %s\nprompt    %s\ntenant    %s\nkept      %s\nexpires   %s\nhits      %d\n\n%s\n",
		entry.Key, termsafe.Line(entry.Model), termsafe.Line(prompt), termsafe.Line(entry.Tenant),
		entry.Created.Local().Format(time.DateTime), expires, entry.Hits, termsafe.String(text))
	return err
}
