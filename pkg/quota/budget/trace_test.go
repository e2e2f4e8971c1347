package budget_test

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// The arrivals and token counts of a public trace of 19,366 requests, refused or let through as they come: no 60
// seconds have more than the limits.
func TestAzureTrace(t *testing.T) {
	f, err := os.Open(realdata.Path(t, "azure-llm-trace", "AzureLLMInferenceTrace_conv.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const rpm, tpm = 200, 250_000
	store := budget.NewMemory()
	type let struct {
		at     time.Time
		tokens int64
	}
	var through []let
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		cells := strings.Split(strings.TrimSpace(lines.Text()), ",")
		at, err := time.Parse("2006-01-02 15:04:05.9999999", cells[0])
		if err != nil {
			continue // the header
		}
		in, _ := strconv.ParseInt(cells[1], 10, 64)
		out, _ := strconv.ParseInt(cells[2], 10, 64)
		n++
		r := ask(fmt.Sprint(n), at, one(in+out, 0), budget.Limits{budget.RequestsPerMinute: rpm, budget.TokensPerMinute: tpm})
		if reserve(t, store, r) == nil {
			through = append(through, let{at, in + out})
		}
	}
	var tokens int64
	from := 0
	for i, l := range through {
		for tokens += l.tokens; l.at.Sub(through[from].at) >= time.Minute; from++ {
			tokens -= through[from].tokens
		}
		if i-from+1 > rpm || tokens > tpm {
			t.Fatalf("%d requests and %d tokens within a minute up to %v", i-from+1, tokens, l.at)
		}
	}
	if n < 19_000 || len(through) == n || len(through) < n/2 {
		t.Errorf("%d of %d requests came through: the limits are too wide or too narrow for this to tell anything", len(through), n)
	}
}
