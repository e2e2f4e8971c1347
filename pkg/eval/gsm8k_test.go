package eval

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

const gsm8kSuite = `
name: gsm8k
prompt: {inline: "{{question}}"}
cases: %q
scorers:
  - {name: accuracy, type: number, after: "A:"}
`

func gsm8k(t testing.TB) (*Suite, string) {
	t.Helper()
	data := realdata.Path(t, "gsm8k")
	path, err := filepath.Abs(filepath.Join(data, "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return mustSuite(t, map[string]string{suiteName: fmt.Sprintf(gsm8kSuite, filepath.ToSlash(path))}), data
}

// The figures that openai/grade-school-math publishes for its two systems: 21.68 % and 39.04 %.
func TestGSM8KAsPublished(t *testing.T) {
	for name, right := range map[string]int{"6b-finetuning": 286, "6b-verification": 515} {
		t.Run(name, func(t *testing.T) {
			s, data := gsm8k(t)
			out, err := Run(t.Context(), s, Config{
				Caller: recorded(t, filepath.Join(data, "recordings", name+".jsonl")), Root: t.TempDir(), Concurrency: 8,
			})
			if err != nil {
				t.Fatal(err)
			}
			m := out.Result.Metrics[0]
			if m.N != 1319 || m.Unscored != 0 || *m.Mean != float64(right)/1319 || out.Result.Errors != 0 || !out.Result.Valid {
				t.Errorf("got %+v of mean %v; want %d of 1319", out.Result, *m.Mean, right)
			}
			if out.Result.Usage != nil || out.Result.Cost != nil {
				t.Errorf("usage %v and cost %v; the recordings have none", out.Result.Usage, out.Result.Cost)
			}
		})
	}
}

func BenchmarkGSM8KRun(b *testing.B) {
	s, data := gsm8k(b)
	for b.Loop() {
		m, err := replay.Open(filepath.Join(data, "recordings", "6b-finetuning.jsonl"), replay.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Run(b.Context(), s, Config{Caller: callerFunc(m.Generate), Root: b.TempDir()}); err != nil {
			b.Fatal(err)
		}
		_ = m.Close()
	}
}

func BenchmarkGSM8KScoring(b *testing.B) {
	s, data := gsm8k(b)
	out, err := Run(b.Context(), s, Config{Caller: recorded(b, filepath.Join(data, "recordings", "6b-finetuning.jsonl")), Root: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	answers := map[string]string{}
	for rec, err := range Records(out.Dir) {
		if err != nil {
			b.Fatal(err)
		}
		answers[rec.Case] = rec.Output
	}
	var cases []*Case
	for c, err := range s.All() {
		if err != nil {
			b.Fatal(err)
		}
		cases = append(cases, c)
	}
	for b.Loop() {
		for _, c := range cases {
			s.Metrics[0].Score(context.Background(), c.Sample(answers[c.ID], nil, nil))
		}
	}
}
