package cli_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkStart reports the median time from exec to exit of `llmops version` and of an empty Go program,
// started in turn. Their ratio says more than the milliseconds on a machine that does other work too.
func BenchmarkStart(b *testing.B) {
	program, bare := released(b), emptyProgram(b)
	var ours, theirs []time.Duration
	for b.Loop() {
		ours = append(ours, start(b, program, "version"))
		theirs = append(theirs, start(b, bare))
	}
	m, e := median(ours), median(theirs)
	b.ReportMetric(0, "ns/op") // of both together: says nothing
	b.ReportMetric(m.Seconds()*1e3, "ms/start")
	b.ReportMetric(e.Seconds()*1e3, "ms/empty-start")
	b.ReportMetric(m.Seconds()/e.Seconds(), "ratio")
}

// BenchmarkBinarySize reports the size of the program as it is released, in MB of 10^6 bytes.
func BenchmarkBinarySize(b *testing.B) {
	info, err := os.Stat(released(b))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_ = info.Size() // nothing to time: the size is the figure
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(info.Size())/1e6, "MB")
}

func start(b *testing.B, program string, args ...string) time.Duration {
	b.Helper()
	cmd := command(b, program, args...)
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

func emptyProgram(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module empty\n\ngo 1.26\n",
		"main.go": "package main\n\nfunc main() {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return build(b, "empty", dir, ".", releaseFlags...)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
