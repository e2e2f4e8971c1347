package gate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// A simulated suite has 50 cases: 10 are flaky, which is 20 %, and the others pass always. Per trial both
// sides are run once and the gate asks again as it sees fit. How often a flaky case passes is drawn for
// each, evenly from never to always, unless the row of the table gives it.
const (
	trials    = 4000
	suiteSize = 50
	flaky     = 10
	drawn     = -1
)

// simulate gives the share of trials that fail the gate, and the mean number of confirming reruns with its
// standard error.
func simulate(t *testing.T, seed uint64, flakyPass float64, change func(w *world)) (failed, reruns, se float64) {
	t.Helper()
	rng, calls := rand.New(rand.NewPCG(seed, 7)), []float64(nil)
	for range trials {
		w := &world{baseline: values(suiteSize, 1), rng: rng}
		for i := range flaky {
			if w.baseline[i] = flakyPass; flakyPass == drawn {
				w.baseline[i] = rng.Float64()
			}
		}
		w.candidate = append([]float64(nil), w.baseline...)
		change(w)
		r := judge(t, w.run("b", Baseline), w.run("c", Candidate), Options{Rerunner: w, Seed: seed})
		if r.Verdict == Regressed {
			failed++
		}
		calls = append(calls, float64(r.Reruns))
	}
	return failed / trials, stats.Mean(calls), stats.StdErr(calls)
}

// breaking makes n cases fail always. They are drawn from those that passed always: a case that fails half
// the time already has little left to break.
func breaking(n int) func(*world) {
	return func(w *world) {
		for _, i := range w.rng.Perm(suiteSize - flaky)[:n] {
			w.candidate[flaky+i] = 0
		}
	}
}

// The table of the design: what an unchanged prompt costs and what a change is worth. The
// simulation's own error, three standard errors of it, is granted to the bounds. In the worst row no way of
// asking needs fewer than two calls a suspect, of which there are 2.5: the simulation cannot tell it from 5.
func TestSimulatedErrorRates(t *testing.T) {
	for _, tc := range []struct {
		name      string
		flakyPass float64
		change    func(*world)
		atMost    float64 // share that fails the gate
		atLeast   float64
		reruns    float64 // mean, at most
	}{
		{"unchanged", drawn, func(*world) {}, 0.04, 0, 5},
		{"unchanged, flaky cases pass 8 times of 10", 0.8, func(*world) {}, 0.04, 0, 5},
		{"unchanged, flaky cases pass 3 times of 10", 0.3, func(*world) {}, 0.04, 0, 5},
		{"unchanged, the worst case for alarms and reruns", 0.5, func(*world) {}, 0.04, 0, 5},
		{"10 % of the cases broken", drawn, breaking(5), 1, 0.98, math.Inf(1)},
		{"10 % of the cases broken, flukes half the time", 0.5, breaking(5), 1, 0.98, math.Inf(1)},
		{"one case of 50 broken", drawn, breaking(1), 1, 0.85, math.Inf(1)},
		{"one case of 50 broken, flukes half the time", 0.5, breaking(1), 1, 0.85, math.Inf(1)},
		{"one case of 50 broken, few flukes", 0.9, breaking(1), 1, 0.85, math.Inf(1)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			failed, reruns, se := simulate(t, 20, tc.flakyPass, tc.change)
			documented(t, "| %s | %.1f %% | %.1f |", tc.name, failed*100, reruns)
			slack := 3 * math.Sqrt(failed*(1-failed)/trials)
			t.Logf("fails the gate in %.2f %% ± %.2f, %.2f ± %.2f reruns", failed*100, slack*100, reruns, 3*se)
			if failed-slack > tc.atMost || failed+slack < tc.atLeast || reruns-3*se >= tc.reruns {
				t.Errorf("fails in %.4f of the trials with %.2f reruns; want from %v to %v, under %v", failed, reruns, tc.atLeast, tc.atMost, tc.reruns)
			}
		})
	}
}

// What the gate is measured against: any drop of the mean as a reason to fail cries wolf.
func TestAnyDropCriesWolf(t *testing.T) {
	rng, drops := rand.New(rand.NewPCG(3, 3)), 0
	for range trials {
		w := &world{baseline: append(values(flaky, 0.5), values(suiteSize-flaky, 1)...), rng: rng}
		w.candidate = w.baseline
		r := judge(t, w.run("b", Baseline), w.run("c", Candidate), Options{})
		if *r.Metrics[0].Delta < 0 {
			drops++
		}
	}
	documented(t, "%.1f %% of the time", float64(drops)/trials*100)
	if share := float64(drops) / trials; share < 0.35 || share > 0.45 {
		t.Errorf("any drop fails an unchanged prompt in %.3f of the trials; about 0.4 was expected", share)
	}
}
