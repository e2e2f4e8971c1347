package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func newBatch(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "batch",
		Short:   "Send the records of a file to a model",
		Example: "  llmops batch run questions.jsonl -o answers.jsonl -m openai/gpt-4o-mini",
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(newBatchRun(e), newBatchSubmit(e), newBatchStatus(e), newBatchFetch(e), newBatchCancel(e), newBatchList(e))
	return cmd
}

// batchRunOptions are the flags of batch run.
type batchRunOptions struct {
	output, errors, format string
	prompt, model, id      string
	task                   string
	fields                 []string
	concurrency, attempts  int
	rpm, tpm, rpd          int64
	maxCost, maxErrors     string
	timeout, grace         time.Duration
	resume, dryRun, stream bool
	order                  string
	json, jsonProgress     bool

	flags []string // those that were given, to go on with the batch
}

func newBatchRun(e *env) *cobra.Command {
	var o batchRunOptions
	cmd := &cobra.Command{
		Use:   "run IN|-",
		Short: "Ask a model every record of a file and write an answer for each",
		Long: `Ask a model every record of a file and write an answer for each. IN is JSON
Lines, {"id", "input"}, {"id", "messages"}, {"id", "vars"} with --prompt, or
OpenAI's batch lines; CSV, a field a column; or text, a question a line. A
record without an id is known by its line.

An OUT that is there already is gone on with: what it holds is not asked again,
whether the run was stopped, killed or the disk full. Run the same command. A
record that fails has an error in OUT; with such records the exit code is 5.`,
		Example: `  llmops batch run questions.jsonl -o answers.jsonl -m openai/gpt-4o-mini
  llmops batch run tickets.csv -o replies.jsonl -p customer-support@^1.0 \
      --map question=body --rpm 500 --tpm 200000 -j 32 --errors failed.jsonl
  llmops batch run questions.jsonl -o answers.jsonl -m openai/gpt-4o --dry-run`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.flags = givenFlags(cmd)
			return runBatch(cmd.Context(), e, o, args[0])
		},
	}
	o.declare(cmd.Flags())
	return cmd
}

func (o *batchRunOptions) declare(flags *pflag.FlagSet) {
	flags.StringVarP(&o.output, "output", "o", "", "write the answers to this `FILE`")
	flags.StringVar(&o.errors, "errors", "", "write the records that failed to this `FILE` too, to run again")
	flags.StringVar(&o.format, "format", "", "`FORMAT` of IN: jsonl, csv or text; by its name if not set")
	flags.StringVarP(&o.prompt, "prompt", "p", "", "`PROMPT` as name@version, filled by each record")
	flags.StringVarP(&o.model, "model", "m", "", "ask this `MODEL`, whatever records and prompt name")
	flags.StringVar(&o.task, "task", "", "what the calls are for, as the `NAME` that routing rules know it by")
	flags.StringArrayVar(&o.fields, "map", nil, "take a variable from a field, `VARIABLE=FIELD` (repeatable)")
	flags.StringVar(&o.id, "id", "", "`FIELD` that holds the id")
	flags.IntVarP(&o.concurrency, "concurrency", "j", 8, "calls under way at once at most; fewer when the provider is overloaded")
	flags.Int64Var(&o.rpm, "rpm", 0, "send no more than this many requests a minute")
	flags.Int64Var(&o.tpm, "tpm", 0, "use no more than this many tokens a minute")
	flags.Int64Var(&o.rpd, "rpd", 0, "send no more than this many requests a day")
	flags.StringVar(&o.maxCost, "max-cost", "", "do not spend more than this many `DOLLARS` on the batch")
	flags.IntVar(&o.attempts, "attempts", 8, "tries of a call, whatever retry.attempts is set to")
	flags.DurationVar(&o.timeout, "timeout", 0, "longest time of a call")
	flags.DurationVar(&o.grace, "grace", 10*time.Second, "how long calls may finish when the run is stopped")
	flags.StringVar(&o.maxErrors, "max-errors", "", "stop when more than `N|P%` of the records failed")
	flags.BoolVar(&o.resume, "resume", true, "go on with an OUT that is there; =false refuses it")
	flags.StringVar(&o.order, "order", "input", "`ORDER` of a complete OUT: input or completion")
	flags.BoolVar(&o.stream, "stream", false, "stream answers, to measure the time to the first token")
	flags.BoolVar(&o.dryRun, "dry-run", false, "count records, tokens, cost and time; send nothing")
	flags.BoolVar(&o.json, "json", false, "print the summary as JSON")
	flags.BoolVar(&o.jsonProgress, "json-progress", false, "tell the progress as JSON lines")
}

// givenFlags words the flags that the command line has, but for those of a single run.
func givenFlags(cmd *cobra.Command) []string {
	var words []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "resume" || f.Name == "dry-run" || cmd.InheritedFlags().Lookup(f.Name) != nil {
			return
		}
		if values, ok := f.Value.(pflag.SliceValue); ok {
			for _, v := range values.GetSlice() {
				words = append(words, "--"+f.Name, v)
			}
			return
		}
		if f.Value.Type() == "bool" {
			words = append(words, "--"+f.Name+"="+f.Value.String())
			return
		}
		words = append(words, "--"+f.Name, f.Value.String())
	})
	return words
}

func (o *batchRunOptions) check() error {
	switch {
	case o.output == "" && !o.dryRun:
		return diag.Errorf("there is no output").WithHint("name a file: -o answers.jsonl")
	case o.concurrency < 1:
		return diag.Errorf("--concurrency %d is not above zero", o.concurrency)
	case min(o.rpm, o.tpm, o.rpd) < 0 || max(o.rpm, o.tpm, o.rpd) > 1e12:
		return diag.Errorf("--rpm, --tpm and --rpd want numbers from 0 to a trillion")
	case o.attempts < 1:
		return diag.Errorf("--attempts %d is not above zero", o.attempts)
	case o.timeout < 0 || o.grace < 0:
		return diag.Errorf("--timeout and --grace want no negative times")
	case o.order != string(batch.ByInput) && o.order != string(batch.ByCompletion):
		return diag.Errorf("--order %q is unknown", o.order).WithHint("orders: input, completion")
	case o.format != "" && o.format != string(batch.JSONL) && o.format != string(batch.CSV) && o.format != string(batch.Text):
		return diag.Errorf("--format %q is unknown", o.format).WithHint("formats: jsonl, csv, text")
	}
	return nil
}

// mapping reads the --map flags.
func (o *batchRunOptions) mapping() (map[string]string, error) {
	if len(o.fields) == 0 {
		return nil, nil
	}
	out := map[string]string{}
	for _, pair := range o.fields {
		name, field, ok := strings.Cut(pair, "=")
		switch {
		case !ok || name == "" || field == "":
			return nil, diag.Errorf("--map %q is not variable=field", pair).WithHint("for example --map question=body")
		case out[name] != "":
			return nil, diag.Errorf("--map takes %s from two fields", name)
		case o.prompt == "" && name != "input":
			return nil, diag.Errorf("--map %s: there is no prompt with variables", pair).
				WithHint("name one by --prompt, or take the question from a field by --map input=%s", field)
		}
		out[name] = field
	}
	return out, nil
}
