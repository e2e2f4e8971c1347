package glob

import "testing"

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"gpt-4o", "gpt-4o", true},
		{"gpt-4o", "gpt-4o-2024-08-06", false},
		{"gpt-4o*", "gpt-4o", true},
		{"gpt-4o*", "gpt-4o-2024-08-06", true},
		{"gpt-4o*", "gpt-4o-mini", false},
		{"gpt-4o*", "gpt-4o-mini-2024-07-18", false},
		{"claude-sonnet-5*", "claude-sonnet-5-20270101", true},
		{"claude-sonnet-5*", "claude-sonnet-5@20270101", true},
		{"claude-sonnet-5*", "claude-sonnet-5-5", false},
		{"claude-sonnet-5*", "claude-sonnet-5-5-20270101", false},
		{"claude-sonnet-5*", "claude-sonnet-5.5", false},
		{"claude-sonnet-5*", "claude-sonnet-50", false},
		{"claude-opus-4-5*", "claude-opus-4-5-20251101-v1:0", true},
		{"*anthropic.claude-opus-4-5*", "us.anthropic.claude-opus-4-5-20251101-v1:0", true},
		{"*anthropic.claude-opus-4-5*", "anthropic.claude-opus-4-5", true},
		{"*claude-3-haiku", "my-claude-3-haiku", false},
		{"*o4-mini*", "eu/o4-mini-2025-04-16", true},
		{"gemini-2.5-pro*", "gemini-2.5-pro-preview-05-06", true},
		{"gemini-2.5-pro*", "gemini-2.5-pro-preview-tts", false},
		{"gemini-2.0-flash-0##", "gemini-2.0-flash-001", true},
		{"gemini-2.0-flash-0##", "gemini-2.0-flash-0x1", false},
		{"gpt-6-sol-####-##-##", "gpt-6-sol-2026-09-01", true},
		{"gpt-6-sol-####-##-##", "gpt-6-sol-2026-09-1", false},
		{"gpt-4o-mini-2024-07-18.ft-**", "gpt-4o-mini-2024-07-18.ft-0af3", true},
		{"*", "", true},
		{"*x", "", false},
		{"", "", true},
	}
	for _, tt := range tests {
		if got := Compile(tt.pattern).Match(tt.name); got != tt.want {
			t.Errorf("Match(%q, %q) = %v, want %v", tt.pattern, tt.name, got, tt.want)
		}
	}
}

func TestSnapshot(t *testing.T) {
	for tail, want := range map[string]bool{
		"": true, "-20250929": true, "-2024-08-06": true, "@20250929": true, "-0613": true, "-001": true,
		"-v1:0": true, "-latest": true, "-preview-05-20": true, "-exp-0827": true, ":beta": true, "@default": true,
		"-5": false, "-5-20270101": false, ".5": false, "-mini": false, "-": false, "--": false, "-8b": false,
		"-06": false, "-123456789": false, "-v": false, "x": false,
	} {
		if got := Snapshot(tail); got != want {
			t.Errorf("Snapshot(%q) = %v, want %v", tail, got, want)
		}
	}
}
