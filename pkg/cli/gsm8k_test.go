package cli_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

// published are the accuracies of GSM8K's own recorded answers, in percent, as their authors counted them.
var published = map[string]float64{"6b-finetuning": 21.68, "6b-verification": 39.04}

const gsm8kSuite = `name: gsm8k
prompt: {inline: "{{question}}"}
cases: cases.jsonl
scorers:
  - {name: accuracy, type: number, after: "A:"}
`

// BenchmarkGSM8K reports the time from exec to exit of an eval run over 1,319 recorded answers: read, run
// through the engine, scored and written down.
func BenchmarkGSM8K(b *testing.B) {
	program, suite := released(b), gsm8k(b)
	for name, want := range published {
		b.Run(name, func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				cmd := command(b, program, "eval", "run", suite, "--model", "replay/"+name, "--json")
				begin := time.Now()
				out, err := cmd.Output()
				times = append(times, time.Since(begin))
				if err != nil {
					b.Fatal(err)
				}
				checkAccuracy(b, out, want)
			}
			b.ReportMetric(0, "ns/op") // includes the check
			b.ReportMetric(median(times).Seconds()*1e3, "ms/run")
		})
	}
}

// gsm8k makes a suite of the real data.
func gsm8k(b *testing.B) string {
	b.Helper()
	data, dir := realdata.Path(b, "gsm8k"), b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(data)); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "suite.yaml"), []byte(gsm8kSuite), 0o600); err != nil {
		b.Fatal(err)
	}
	return dir
}

func checkAccuracy(b *testing.B, out []byte, want float64) {
	b.Helper()
	var run struct {
		Cases   int
		Metrics []struct{ Mean float64 }
	}
	if err := json.Unmarshal(out, &run); err != nil {
		b.Fatal(err)
	}
	if run.Cases != 1319 || len(run.Metrics) != 1 || math.Abs(100*run.Metrics[0].Mean-want) > 0.005 {
		b.Fatalf("got %+v, the published accuracy is %.2f %%", run, want)
	}
}
