package estimate_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

// The published trace of Azure's production service: every request priced by itself agrees with the price
// of the plain sums, which are made here by cutting lines at commas.
func TestAzureTrace(t *testing.T) {
	path := realdata.Path(t, "azure-llm-trace", "AzureLLMInferenceTrace_conv.csv")
	data, err := os.ReadFile(path) //nolint:gosec // a test's own data
	if err != nil {
		t.Fatal(err)
	}
	var requests, in, out int64
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if i == 0 {
			continue
		}
		cells := strings.Split(strings.TrimSpace(line), ",")
		a, errA := strconv.Atoi(cells[1])
		b, errB := strconv.Atoi(cells[2])
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		requests, in, out = requests+1, in+int64(a), out+int64(b)
	}
	if requests != 19_366 {
		t.Fatalf("%d requests; the published trace has 19,366", requests)
	}
	e := newEstimator(t, nil)
	got, err := estimate.Trace("trace.csv", strings.NewReader(string(data)), func(in, out int64) error { return e.Known(in, out, 1) })
	if err != nil {
		t.Fatal(err)
	}
	if got.Requests != requests || got.Input != in || got.Output != out {
		t.Errorf("%+v; want %d requests, %d and %d tokens", got, requests, in, out)
	}
	want := exact(t, in, out, "0.15", "0.6")
	if c := one(t, e).Cost; c.Low != want || c.Expected != want || c.High != want {
		t.Errorf("cost %+v; want %s", *c, want)
	}
	if hours := got.To.Sub(got.From).Hours(); hours < 0.9 || hours > 1.1 { // the trace is of an hour
		t.Errorf("the trace spans %.2f hours", hours)
	}
}

func TestTraceColumns(t *testing.T) {
	for name, text := range map[string]string{
		"Azure's":  "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,3,4\n",
		"OpenAI's": "id,completion_tokens,prompt_tokens\na,4,3\n",
		"our own":  "input_tokens,output_tokens\r\n3,4\r\n",
		"spaces":   "\ufeffInput Tokens , Output Tokens\n 3 , 4 \n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := estimate.Trace("t.csv", strings.NewReader(text), func(int64, int64) error { return nil })
			if err != nil || got.Requests != 1 || got.Input != 3 || got.Output != 4 {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestTraceMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":           {"", "t.csv: the file is empty"},
		"a header alone":  {"input,output\n", "t.csv:1: there is no request"},
		"no input":        {"a,output\n1,2\n", "t.csv:1: there is no column input_tokens"},
		"no output":       {"input,b\n1,2\n", "t.csv:1: there is no column output_tokens"},
		"words":           {"input,output\n1,2\n1,two\n", `t.csv:3:3: "two" is not a number of tokens`},
		"below nothing":   {"input,output\n-1,2\n", `t.csv:2:1: "-1"`},
		"too many tokens": {"input,output\n9999999999999999,2\n", "t.csv:2:1:"},
		"ragged":          {"input,output\n1,2,3\n", "t.csv:2:"},
		"a broken quote":  {"input,output\n\"1,2\n", "t.csv:"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := estimate.Trace("t.csv", strings.NewReader(c.text), func(int64, int64) error { return nil })
			var user *diag.Error
			if !errors.As(err, &user) || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v; want %q", err, c.want)
			}
		})
	}
}

func FuzzTrace(f *testing.F) {
	f.Add("input,output\n1,2\n")
	f.Add("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,3,4\n")
	f.Add("input,output\n\"1\n\",2\n")
	f.Fuzz(func(t *testing.T, text string) {
		var requests int64
		got, err := estimate.Trace("t.csv", strings.NewReader(text), func(in, out int64) error {
			if in < 0 || out < 0 {
				t.Errorf("a request of %d and %d tokens", in, out)
			}
			requests++
			return nil
		})
		var user *diag.Error
		if err != nil && !errors.As(err, &user) {
			t.Errorf("%v is no *diag.Error", err)
		}
		if err == nil && (requests == 0 || got.Requests != requests) {
			t.Errorf("%d requests were given, %d counted", requests, got.Requests)
		}
	})
}
