package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

type doctorOptions struct {
	json   bool
	online bool
	models []string
}

func newDoctor(e *env) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check configuration, keys, prompts and suites",
		Long: `Check that the configuration, the prompts and the suites are well formed and
which keys are there. Only with --online is anything sent: one short question to
each model, to see that it streams, reports its usage and ends its stream
properly.`,
		Example: "  llmops doctor\n  llmops doctor --online -m ollama/llama3.2",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDoctor(cmd.Context(), e, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print as JSON")
	cmd.Flags().BoolVar(&o.online, "online", false, "ask each model one short question")
	cmd.Flags().StringArrayVarP(&o.models, "model", "m", nil, "with --online: ask this `MODEL` only (repeatable)")
	return cmd
}

// health is how a check came out.
type health string

const (
	healthOK   health = "ok"
	healthWarn health = "warning"
	healthFail health = "failed"
)

// check is one line of doctor's report.
type check struct {
	Name   string `json:"name"`
	Health health `json:"status"`
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
	code   int    // the exit code when it failed
}

func passed(name, format string, args ...any) check {
	return check{Name: name, Health: healthOK, Detail: fmt.Sprintf(format, args...)}
}

func failedCheck(name string, code int, err error) check {
	return check{Name: name, Health: healthFail, Detail: err.Error(), Hint: diag.HintOf(err), code: code}
}

func runDoctor(ctx context.Context, e *env, o doctorOptions) error {
	d := &doctor{e: e}
	cfg, err := e.config()
	if err != nil {
		d.add(failedCheck("configuration", exitUsage, err))
		return d.report(o.json)
	}
	d.cfg = cfg
	d.configuration()
	d.prompts()
	d.suites()
	d.auto()
	d.keys()
	d.floating()
	d.state(ctx)
	d.quotas(ctx)
	d.cache(ctx)
	if o.online {
		d.probe(ctx, o.models)
	}
	return d.report(o.json)
}

// doctor collects checks and, on its way, the models that the project names.
type doctor struct {
	e      *env
	cfg    *config.Config
	checks []check
	models []string            // as found, with repeats
	places map[string][]string // where the configuration names each model
}

func (d *doctor) add(c check) { d.checks = append(d.checks, c) }

// report prints the checks; the worst of them decides about the exit code.
func (d *doctor) report(asJSON bool) error {
	code, failures := exitOK, 0
	for _, c := range d.checks {
		if c.Health == healthFail {
			failures++
			code = max(code, c.code)
		}
	}
	if err := d.print(asJSON, failures == 0); err != nil || failures == 0 {
		return err
	}
	return &codedError{code, &silentError{fmt.Errorf("%d checks failed", failures)}}
}

func (d *doctor) print(asJSON, ok bool) error {
	if asJSON {
		return writeJSON(d.e.out, struct {
			Schema string  `json:"schema"`
			OK     bool    `json:"ok"`
			Checks []check `json:"checks"`
		}{"llmops.doctor/v1", ok, d.checks})
	}
	st := d.e.outStyle()
	for _, c := range d.checks {
		mark := map[health]string{healthOK: st.good("ok  "), healthWarn: st.warn("warn"), healthFail: st.bad("FAIL")}[c.Health]
		if _, err := fmt.Fprintf(d.e.out, "%s  %s: %s\n", mark, c.Name, termsafe.Line(c.Detail)); err != nil {
			return err
		}
		if c.Hint != "" {
			hint := termsafe.Line(c.Hint)
			if d.e.narrow() {
				hint = wrapWords(hint, d.e.width(), 12)
			}
			if _, err := fmt.Fprintf(d.e.out, "      %s %s\n", st.faint("hint:"), hint); err != nil {
				return err
			}
		}
	}
	return nil
}
