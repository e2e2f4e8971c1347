package llm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestMoney(t *testing.T) {
	tests := []struct {
		in   string
		want llm.Money
		text string
		json string
	}{
		{"0", 0, "$0.00", "0"},
		{"$30", 30 * llm.Dollar, "$30.00", "30"},
		{"0.000125", 125_000, "$0.000125", "0.000125"},
		{"1e-9", 1, "$0.000000001", "0.000000001"},
		{"-1.5", -1_500_000_000, "-$1.50", "-1.50"},
		{"9223372036.854775807", math.MaxInt64, "$9223372036.854775807", "9223372036.854775807"},
		{"-9223372036.854775808", math.MinInt64, "-$9223372036.854775808", "-9223372036.854775808"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := llm.ParseMoney(tt.in)
			if err != nil || got != tt.want || got.String() != tt.text {
				t.Errorf("got %d (%s), %v; want %d (%s)", got, got, err, tt.want, tt.text)
			}
			b, _ := json.Marshal(got)
			var back llm.Money
			if err := json.Unmarshal(b, &back); err != nil || string(b) != tt.json || back != got {
				t.Errorf("JSON %s reads back as %d, %v; want %s", b, back, err, tt.json)
			}
		})
	}
	for _, bad := range []string{"", "x", "1e-10", "1/3", "9223372036.854775808", "1e999999999", "Inf", "NaN", "0x10p99999"} {
		if m, err := llm.ParseMoney(bad); err == nil {
			t.Errorf("%q is taken as %s", bad, m)
		}
	}
}

func FuzzMoney(f *testing.F) {
	f.Add("0.1")
	f.Add("1e-5")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := llm.ParseMoney(s)
		if err != nil {
			return
		}
		if back, err := llm.ParseMoney(m.String()); err != nil || back != m {
			t.Errorf("%q is %s and reads back as %s, %v", s, m, back, err)
		}
	})
}

func TestUsageJSON(t *testing.T) {
	u := llm.Usage{UncachedInput: 10, CacheRead: 5, CacheWrite: 3, CacheWrite1h: 2, Output: 7, Reasoning: 4}
	b, err := json.Marshal(u)
	if err != nil || !strings.HasPrefix(string(b), `{"input_tokens":20,"output_tokens":7,"uncached_input_tokens":10,`) {
		t.Fatalf("%s, %v", b, err)
	}
	var back llm.Usage
	if err := json.Unmarshal(b, &back); err != nil || back != u {
		t.Errorf("reads back as %+v, %v", back, err)
	}
	for _, bad := range []string{`{}`, `{"input_tokens": 1}`, `{"input_tokens": 1, "output_tokens": -1}`, `{"input_tokens": 1, "output_tokens": 1, "cache_read_tokens": 2}`, `{"input_tokens": 1, "output_tokens": 1, "reasoning_tokens": 2}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	sum := u
	sum.Add(&u)
	if diff := cmp.Diff(llm.Usage{UncachedInput: 20, CacheRead: 10, CacheWrite: 6, CacheWrite1h: 4, Output: 14, Reasoning: 8}, sum); diff != "" {
		t.Error(diff)
	}
}

func TestHash(t *testing.T) {
	zero := 0.0
	base := llm.Request{Model: "a", Messages: []llm.Message{llm.Text(llm.RoleUser, "hi")}, Options: map[string]any{"x": 1, "y": 2}}
	same := base
	same.Model, same.Case, same.Repeat = "b", "case-1", 3
	same.OnDelta = func(llm.Delta) error { return nil }
	if base.Hash() != same.Hash() {
		t.Error("model, case, repeat or the wish for a stream change the hash")
	}
	for name, change := range map[string]func(*llm.Request){
		"messages":    func(r *llm.Request) { r.Messages = []llm.Message{llm.Text(llm.RoleUser, "ho")} },
		"role":        func(r *llm.Request) { r.Messages = []llm.Message{llm.Text(llm.RoleSystem, "hi")} },
		"temperature": func(r *llm.Request) { r.Temperature = &zero },
		"max tokens":  func(r *llm.Request) { r.MaxTokens = 1 },
		"tools":       func(r *llm.Request) { r.Tools = []llm.Tool{{Name: "t"}} },
		"options":     func(r *llm.Request) { r.Options = map[string]any{"x": 1} },
		"bad options": func(r *llm.Request) { r.Options = map[string]any{"x": math.NaN()} },
	} {
		c := base.Clone()
		change(c)
		if c.Hash() == base.Hash() {
			t.Errorf("%s: the hash does not change", name)
		}
	}
}

func TestCloneIsApart(t *testing.T) {
	r := &llm.Request{Messages: []llm.Message{llm.Text(llm.RoleUser, "hi")}, Options: map[string]any{"x": 1}, Stop: []string{"a"}}
	c := r.Clone()
	c.Messages[0] = llm.Text(llm.RoleUser, "ho")
	c.Options["x"], c.Stop[0] = 2, "b"
	if r.Messages[0].Text() != "hi" || r.Options["x"] != 1 || r.Stop[0] != "a" {
		t.Errorf("the original changed: %+v", r)
	}
}

func TestSecretDoesNotShow(t *testing.T) {
	s := llm.NewSecret("canary")
	holder := struct{ Key llm.Secret }{s}
	j, _ := json.Marshal(holder)
	y, _ := yaml.Marshal(holder)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", s, "holder", holder)
	shown := fmt.Sprintf("%v %+v %#v %s %q %x %v %+v %#v", s, s, s, s, s, s, holder, holder, holder) + string(j) + string(y) + log.String()
	if strings.Contains(shown, "canary") || strings.Contains(shown, fmt.Sprintf("%x", "canary")) || !strings.Contains(shown, "[redacted]") {
		t.Errorf("it shows: %s", shown)
	}
	if s.Reveal() != "canary" || s.IsZero() || !(llm.Secret{}).IsZero() {
		t.Error("it cannot be used")
	}
}

func TestErrorSorts(t *testing.T) {
	err := fmt.Errorf("chat: %w", &llm.Error{Kind: llm.KindRateLimit, Provider: "openai", Status: 429, Code: "slow_down", Message: "wait", RetryAfter: time.Second})
	if !errors.Is(err, llm.ErrRateLimit) || errors.Is(err, llm.ErrQuota) {
		t.Error("errors.Is does not go by the kind")
	}
	if got, want := err.Error(), "chat: openai: rate limit (HTTP 429, slow_down): wait"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	yes, no := true, false
	for _, tt := range []struct {
		name string
		e    llm.Error
		want bool
	}{
		{"overloaded", llm.Error{Kind: llm.KindOverloaded}, true},
		{"quota", llm.Error{Kind: llm.KindQuota, ShouldRetry: &yes}, false},
		{"server, told not to", llm.Error{Kind: llm.KindServer, ShouldRetry: &no}, false},
		{"invalid, told to", llm.Error{Kind: llm.KindInvalid, ShouldRetry: &yes}, true},
		{"authentication", llm.Error{Kind: llm.KindAuth}, false},
		{"redirect", llm.Error{Kind: llm.KindRedirect}, false},
	} {
		if got := tt.e.Retryable(); got != tt.want {
			t.Errorf("%s: retryable %v; want %v", tt.name, got, tt.want)
		}
	}
}

func TestWrapOrder(t *testing.T) {
	var order []string
	around := func(name string) llm.Middleware {
		return func(next llm.Model) llm.Model { order = append(order, name); return next }
	}
	llm.Wrap(nil, around("outer"), around("inner"))
	if diff := cmp.Diff([]string{"inner", "outer"}, order); diff != "" {
		t.Errorf("wrapped in the wrong order:\n%s", diff)
	}
}

func TestMergeOptions(t *testing.T) {
	below := map[string]any{"a": 1, "config": map[string]any{"x": 1, "y": map[string]any{"z": 1}}}
	above := map[string]any{"b": 2, "config": map[string]any{"x": 2, "y": map[string]any{"w": 2}}}
	want := map[string]any{"a": 1, "b": 2, "config": map[string]any{"x": 2, "y": map[string]any{"z": 1, "w": 2}}}
	if diff := cmp.Diff(want, llm.MergeOptions(below, above)); diff != "" {
		t.Error(diff)
	}
	if below["config"].(map[string]any)["x"] != 1 || llm.MergeOptions(nil, nil) != nil {
		t.Error("an argument was changed, or nothing became something")
	}
}
