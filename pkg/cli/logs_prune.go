package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// pruneOptions are the flags of logs prune.
type pruneOptions struct {
	olderThan string
	zone      string
	texts     bool
	dryRun    bool
	json      bool
}

func newLogsPrune(e *env) *cobra.Command {
	var o pruneOptions
	cmd := &cobra.Command{
		Use:   "prune --older-than TIME",
		Short: "Delete old calls, or only their texts",
		Long: `Delete the calls that are older than a time, with their texts, and conversations
that nobody has added to since; those of one tenant with --tenant, else of all.
With --texts only texts and conversations go and the calls stay. The sums for
cost report stay in any case. The room is given back to the disk.
ledger.keep_days and ledger.keep_texts_days in llmops.yaml do this by
themselves, once a day.`,
		Example: "  llmops logs prune --older-than 90d --dry-run\n  llmops logs prune --older-than 30d --texts",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runLogsPrune(cmd.Context(), e, o, time.Now())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.olderThan, "older-than", "", "delete what is older than this `TIME`: 90d, 12w, 2026-01-31")
	flags.StringVar(&o.zone, "zone", "", "time `ZONE` of dates; UTC if not set")
	flags.BoolVar(&o.texts, "texts", false, "delete texts and conversations only")
	flags.BoolVar(&o.dryRun, "dry-run", false, "say what would be deleted, and delete nothing")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	return cmd
}

// prunedJSON is what logs prune prints.
type prunedJSON struct {
	Schema string    `json:"schema"`
	Before time.Time `json:"before"`
	Tenant string    `json:"tenant"` // "" means all
	DryRun bool      `json:"dry_run"`
	ledger.Old
}

func runLogsPrune(ctx context.Context, e *env, o pruneOptions, now time.Time) error {
	if o.olderThan == "" {
		return diag.Errorf("--older-than says what to delete, and is not set").WithHint("for example --older-than 90d")
	}
	zone, err := parseZone(o.zone)
	if err != nil {
		return err
	}
	before, err := parseWhen("--older-than", o.olderThan, now, zone)
	if err != nil {
		return err
	}
	if before.After(now) {
		return diag.Errorf("--older-than %s is in the future, so everything is older", o.olderThan).WithHint("--older-than now deletes everything")
	}
	doc := prunedJSON{Schema: "llmops.logs.prune/v1", Before: before.UTC(), Tenant: e.tenant, DryRun: o.dryRun}
	l, err := (&lazyLedger{e: e}).existing(ctx)
	if err == nil {
		doc.Old, err = prune(ctx, l, before, e.tenant, o)
	}
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	if o.json {
		return writeJSON(e.out, doc)
	}
	what := []string{plural(doc.Calls, "call"), plural(doc.Texts, "text"), plural(doc.Conversations, "conversation")}
	if o.texts {
		what = what[1:]
	}
	verb := "deleted"
	if o.dryRun {
		verb = "would delete"
	}
	if e.tenant != "" {
		what[len(what)-1] += " of tenant " + e.tenant
	}
	return e.say("%s %s from before %s", verb, strings.Join(what, ", "), before.In(zone).Format("2006-01-02 15:04"))
}

func prune(ctx context.Context, l *ledger.Ledger, before time.Time, tenant string, o pruneOptions) (old ledger.Old, err error) {
	old, err = l.Older(ctx, before, tenant)
	if o.texts {
		old.Calls = 0
	}
	if err != nil || o.dryRun {
		return old, err
	}
	if old.Texts, err = l.PruneTexts(ctx, before, tenant); err != nil {
		return old, err
	}
	if old.Conversations, err = l.PruneConversations(ctx, before, tenant); err != nil {
		return old, err
	}
	if !o.texts {
		if old.Calls, err = l.Prune(ctx, before, tenant); err != nil {
			return old, err
		}
	}
	if old == (ledger.Old{}) {
		return old, nil
	}
	return old, l.Shrink(ctx)
}
