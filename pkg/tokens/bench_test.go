package tokens

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

const corpusSize = 1 << 20

// corpus gives about a megabyte of text of a kind, from what lies on every machine that builds this.
func corpus(b testing.TB, kind string) string {
	b.Helper()
	switch kind {
	case "code":
		return files(b, filepath.Join(runtime.GOROOT(), "src", "net", "http", "*.go"))
	case "markdown":
		return files(b, filepath.Join(os.Getenv("HOME"), "go", "pkg", "mod", "github.com", "*", "*", "*.md"))
	case "english":
		return files(b, realdata.Path(b, "gsm8k")+"/*.jsonl")
	}
	var sb strings.Builder
	for _, v := range readVectors(b, realdata.Path(b, "tokens", "counts.jsonl")) {
		switch v.Category {
		case "turkish", "korean", "chinese-japanese", "other-scripts", "emoji", "english":
			if utf8.ValidString(v.Text) {
				sb.WriteString(v.Text + "\n")
			}
		}
	}
	return strings.Repeat(sb.String(), corpusSize/sb.Len()+1)
}

func files(b testing.TB, pattern string) string {
	b.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		b.Skipf("no %s", pattern)
	}
	var sb strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		sb.WriteString(strings.ToValidUTF8(string(text), "\uFFFD"))
		if sb.Len() > corpusSize {
			break
		}
	}
	return sb.String()
}

func BenchmarkCodec(b *testing.B) {
	for _, kind := range []string{"english", "code", "markdown", "mixed"} {
		for _, enc := range []string{EncodingO200k, EncodingCl100k} {
			b.Run(kind+"/"+enc, func(b *testing.B) {
				c, err := codecFor(enc)
				if err != nil {
					b.Fatal(err)
				}
				text := []byte(corpus(b, kind))
				s := c.get()
				b.SetBytes(int64(len(text)))
				n := 0
				start := cpuTime()
				for b.Loop() {
					n = c.count(text, s)
				}
				b.ReportMetric(float64(b.N)*float64(len(text))/1e6/(cpuTime()-start).Seconds(), "cpuMB/s")
				b.ReportMetric(float64(len(text))/float64(n), "bytes/token")
			})
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, s := range []spec{specO200k(), specCl100k(), specP50k()} {
		b.Run(s.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := loadRanks(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// cpuTime is the processor time of this process: on a busy machine it says more than the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
