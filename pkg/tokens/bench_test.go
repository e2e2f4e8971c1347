package tokens

import (
	"go/build"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

const corpusSize = 1 << 20

var kinds = []string{"english", "code", "markdown", "mixed"}

// corpus gives about a megabyte of text of a kind, from what lies on every machine that builds this.
func corpus(b testing.TB, kind string) string {
	b.Helper()
	switch kind {
	case "code":
		return files(b, filepath.Join(build.Default.GOROOT, "src", "net", "http", "*.go"))
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

// BenchmarkCount is one core's speed, next to tiktoken-go on the beginning of the same text and to a copy
// of the text.
func BenchmarkCount(b *testing.B) {
	for _, kind := range kinds {
		for _, enc := range []string{EncodingO200k, EncodingCl100k} {
			b.Run(kind+"/"+enc, func(b *testing.B) {
				c, err := codecFor(enc)
				if err != nil {
					b.Fatal(err)
				}
				text := []byte(corpus(b, kind))
				s := c.get()
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				n := 0
				start := cpuTime()
				for b.Loop() {
					n = c.count(text, s)
				}
				used := cpuTime() - start
				b.ReportMetric(float64(b.N)*float64(len(text))/1e6/used.Seconds(), "cpuMB/s")
				b.ReportMetric(float64(len(text))/float64(n), "bytes/token")
				c.put(s)
			})
		}
	}
}

// BenchmarkPeer is tiktoken-go on the same texts.
func BenchmarkPeer(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind, func(b *testing.B) {
			tt, err := tiktokenFor(EncodingO200k)
			if err != nil {
				b.Fatal(err)
			}
			text := corpus(b, kind)[:128<<10]
			b.SetBytes(int64(len(text)))
			start := cpuTime()
			for b.Loop() {
				tt.EncodeOrdinary(text)
			}
			b.ReportMetric(float64(b.N)*float64(len(text))/1e6/(cpuTime()-start).Seconds(), "cpuMB/s")
		})
	}
}

// BenchmarkCores is a text of 16 MB on one core and on all, by turns; ratio is the gain.
func BenchmarkCores(b *testing.B) {
	c, err := codecFor(EncodingO200k)
	if err != nil {
		b.Fatal(err)
	}
	text := []byte(strings.Repeat(corpus(b, "markdown")[:corpusSize], 16))
	s := c.get()
	b.SetBytes(int64(len(text)))
	var one, all []float64
	for b.Loop() {
		start := time.Now()
		n := c.count(text, s)
		one = append(one, time.Since(start).Seconds())
		start = time.Now()
		if got := c.countAll(text); got != n {
			b.Fatalf("%d tokens on all cores, %d on one", got, n)
		}
		all = append(all, time.Since(start).Seconds())
	}
	slices.Sort(one)
	slices.Sort(all)
	b.ReportMetric(one[len(one)/2]/all[len(all)/2], "ratio")
	b.ReportMetric(float64(len(text))/1e6/all[len(all)/2], "allMB/s")
}

// BenchmarkHostile is a megabyte of each input that is quadratic elsewhere.
func BenchmarkHostile(b *testing.B) {
	for _, unit := range []string{"a", " ", "\n ", "数", "<|endoftext|>", "=", "\t", "aB", "0", "\U0001F600", "数A"} {
		for _, enc := range []string{EncodingO200k, EncodingCl100k, EncodingP50k} {
			b.Run(strconv.QuoteToASCII(unit)+"/"+enc, func(b *testing.B) {
				c, err := codecFor(enc)
				if err != nil {
					b.Fatal(err)
				}
				text := []byte(strings.Repeat(unit, 1_000_000/len(unit)))
				s := c.get()
				start := cpuTime()
				for b.Loop() {
					c.count(text, s)
				}
				b.ReportMetric((cpuTime()-start).Seconds()*1e3/float64(b.N), "cpu-ms/op")
				c.put(s)
			})
		}
	}
}

// BenchmarkMemcpy is the floor: reading a text and writing it once.
func BenchmarkMemcpy(b *testing.B) {
	text := []byte(corpus(b, "code"))
	to := make([]byte, len(text))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		copy(to, text)
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

// TestWriteCorpora writes the texts of the benchmarks for testdata/peers/bench.mjs.
func TestWriteCorpora(t *testing.T) {
	dir := os.Getenv("TOKENS_CORPUS_DIR")
	if dir == "" {
		t.Skip("skipped: TOKENS_CORPUS_DIR is not set")
	}
	for _, kind := range kinds {
		if err := os.WriteFile(filepath.Join(dir, kind+".txt"), []byte(corpus(t, kind)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
