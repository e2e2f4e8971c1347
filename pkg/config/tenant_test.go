package config_test

import (
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/config"
)

func TestCheckTenant(t *testing.T) {
	for name, ok := range map[string]bool{
		"acme": true, "Acme & Söhne": true, "a:b": true, "*": true, "日本": true, strings.Repeat("x", 200): true,
		"": false, " ": false, " a": false, "a\n": false, "a\tb": false, "\x1b[31m": false, "\xff": false, "a\u202eb": false, strings.Repeat("x", 201): false,
	} {
		if err := config.CheckTenant(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}
