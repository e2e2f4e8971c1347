package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkPromptList reports the median time from exec to exit of commands over a registry of 1,000
// prompts with 20 versions each.
func BenchmarkPromptList(b *testing.B) {
	program, dir := released(b), b.TempDir()
	labels := "labels:\n"
	body := strings.Repeat("You answer questions about orders and refunds, politely and briefly.\n", 10)
	for p := range 1000 {
		name := fmt.Sprintf("prompt-%d", p)
		at := filepath.Join(dir, "prompts", name)
		if err := os.MkdirAll(at, 0o755); err != nil {
			b.Fatal(err)
		}
		for v := range 20 {
			text := fmt.Sprintf("---\nname: %s\nversion: 1.%d.0\nchangelog: Version %d\n---\n%s", name, v, v, body)
			if err := os.WriteFile(filepath.Join(at, fmt.Sprintf("v1.%d.0.md", v)), []byte(text), 0o644); err != nil {
				b.Fatal(err)
			}
		}
		labels += fmt.Sprintf("  %s: {production: 1.18.0}\n", name)
	}
	if err := os.WriteFile(filepath.Join(dir, "prompts/labels.yaml"), []byte(labels), 0o644); err != nil {
		b.Fatal(err)
	}
	run := func(b *testing.B, line string) time.Duration {
		b.Helper()
		cmd := command(b, program, strings.Fields(line)...)
		cmd.Dir = dir
		begin := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		return time.Since(begin)
	}
	run(b, "prompt lock -q")
	for _, line := range []string{"prompt list", "prompt render prompt-500@^1.2", "prompt verify"} {
		b.Run(strings.ReplaceAll(line, " ", "_"), func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				times = append(times, run(b, line))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(times).Seconds()*1e3, "ms/run")
		})
	}
}
