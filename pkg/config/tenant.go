package config

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// maxTenant is the most bytes of a tenant's name: it is a part of keys and of every record.
const maxTenant = 200

// CheckTenant refuses names that cannot be told apart when they are read, or that are most likely an unset variable of a
// script: empty ones, and those with spaces at an end or with control characters. The error is a *diag.Error.
func CheckTenant(name string) error {
	var what string
	switch {
	case strings.TrimSpace(name) == "":
		what = "a tenant's name is empty"
	case len(name) > maxTenant:
		what = "a tenant's name is longer than 200 bytes"
	case strings.TrimSpace(name) != name:
		what = "a tenant's name begins or ends with a space"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		what = "a tenant's name has characters that cannot be printed"
	default:
		return nil
	}
	return diag.Errorf("%s", what).WithHint("name it with letters, digits and dashes, such as acme")
}

func (c *Config) checkTenant(at places) error {
	if err := CheckTenant(c.Tenant); err != nil {
		return at("tenant")("%v", err).WithHint("%s", diag.HintOf(err))
	}
	return nil
}
