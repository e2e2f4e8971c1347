package cli_test

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A package of ours may take at most initLimit milliseconds before main, measured as the best of
// initRuns starts, so that a busy machine does not fail it.
const (
	initLimit = 0.2
	initRuns  = 10
)

func TestInitCostsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: builds the program")
	}
	program := built(t)
	best := map[string]float64{}
	for range initRuns {
		for name, ms := range initTimes(t, program) {
			if old, seen := best[name]; !seen || ms < old {
				best[name] = ms
			}
		}
	}
	if len(best) == 0 {
		t.Fatal("the runtime traced no init at all: its format has changed")
	}
	for name, ms := range best {
		if strings.HasPrefix(name, "github.com/llmops-toolkit/llmops/") && ms > initLimit {
			t.Errorf("%s takes %.3f ms before main, the limit is %.1f ms", name, ms, initLimit)
		}
	}
	t.Logf("slowest of %d packages: %s", len(best), slowest(best, 5))
}

// initTimes starts the program once and reads what the runtime says of each package, in milliseconds:
// init NAME @0.5 ms, 0.02 ms clock, 80 bytes, 1 allocs.
func initTimes(t *testing.T, program string) map[string]float64 {
	t.Helper()
	cmd := command(t, program, "version")
	cmd.Env = append(cmd.Env, "GODEBUG=inittrace=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	line := regexp.MustCompile(`(?m)^init (\S+) @[0-9.]+ ms, ([0-9.]+) ms clock`)
	times := map[string]float64{}
	for _, m := range line.FindAllStringSubmatch(stderr.String(), -1) {
		ms, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		times[m[1]] = ms
	}
	return times
}

func slowest(times map[string]float64, n int) string {
	var names []string
	for name := range times {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(-cmp.Compare(times[a], times[b]), cmp.Compare(a, b)) })
	var out []string
	for _, name := range names[:min(n, len(names))] {
		out = append(out, name+" "+strconv.FormatFloat(times[name], 'g', 3, 64)+" ms")
	}
	return strings.Join(out, ", ")
}
