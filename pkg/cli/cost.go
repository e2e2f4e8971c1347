package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func newCost(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cost",
		Short: "Estimate what calls will cost, and report what they have cost",
		Example: `  llmops cost report --by tenant,model --since month
  llmops cost estimate customer-support -m openai/gpt-4o-mini \
    -m gemini/gemini-2.5-pro
  llmops cost diff customer-support@1.0.0 customer-support@1.1.0
  llmops cost reprice --at 2026-09-01`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(newCostReport(e), newCostEstimate(e), newCostDiff(e), newCostReprice(e))
	return cmd
}

// month is how many days a month has in estimates.
const month = 30

// dollars writes an amount for people: cents from a dollar on, else three digits that count. JSON has the
// exact amount.
func dollars(m llm.Money) string {
	v := float64(m) / float64(llm.Dollar)
	switch abs := max(v, -v); {
	case m == 0:
		return "$0"
	case abs >= 1:
		whole, cents, _ := strings.Cut(decimals(abs, 2), ".")
		n, _ := strconv.ParseInt(whole, 10, 64) // it is a number that was just written
		return minus(m) + "$" + grouped(n) + "." + cents
	case abs >= 0.1:
		return minus(m) + "$" + decimals(abs, 3)
	case abs >= 0.01:
		return minus(m) + "$" + decimals(abs, 4)
	case abs >= 0.001:
		return minus(m) + "$" + decimals(abs, 5)
	case abs >= 0.0001:
		return minus(m) + "$" + decimals(abs, 6)
	}
	if m < 0 {
		return "-" + (-m).String()
	}
	return m.String()
}

func decimals(v float64, n int) string { return strconv.FormatFloat(v, 'f', n, 64) }

func minus(m llm.Money) string {
	if m < 0 {
		return "-"
	}
	return ""
}
