// Command gen fits the complexity classifier to labelled data and writes coefficients.go
// and fitted_on.go. A prompt needs the strong
// model when the weak one's answer is worse; three in ten prompts are held out (route.HeldOut) and measure the fit.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route/curve"
	"github.com/llmops-toolkit/llmops/pkg/stats"
)

func main() {
	data := flag.String("data", "", "labelled data, as llmops route eval reads it")
	source := flag.String("source", "", "where the data is from, for the comment")
	out := flag.String("out", "coefficients.go", "file to write")
	flag.Parse()
	if err := run(*data, *source, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(path, source, out string) error {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from
	data, err := curve.Read(path, f, curve.Columns{})
	if err != nil {
		return err
	}
	var train, test set
	for _, item := range data.Items {
		if route.HeldOut(item.Prompt) {
			test.add(item)
		} else {
			train.add(item)
		}
	}
	penalty := train.bestPenalty()
	m := fit(train, penalty).stretched(train)
	r := result{
		model: m, source: source, columns: data.Columns, penalty: penalty, train: train.count(), test: test.count(),
		trainAUC: curve.AUC(train.items, m.scores(train)), testAUC: curve.AUC(test.items, m.scores(test)),
	}
	r.interval = test.aucInterval(m)
	r.medium, r.complex = m.terciles(train)
	code, err := r.code()
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, code, 0o644); err != nil { //nolint:gosec // source code
		return err
	}
	return os.WriteFile(filepath.Join(filepath.Dir(out), "fitted_on.go"), train.fingerprints(), 0o644) //nolint:gosec // source code
}

// aucInterval is the bootstrap interval of the area under the ROC curve.
func (s set) aucInterval(m fitted) stats.Interval {
	scores := m.scores(s)
	return stats.Bootstrap(len(s.items), 0.95, 1, func(times []uint8) []float64 {
		return []float64{curve.WeightedAUC(s.items, scores, times)}
	})[0]
}
