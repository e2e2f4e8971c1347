package cli

import "github.com/llmops-toolkit/llmops/pkg/config"

// tenantFlag is the value of --tenant. An empty one is refused: it is a script's unset variable, and without --tenant some
// commands list or delete what is of all tenants.
type tenantFlag struct{ name *string }

// Set implements pflag.Value.
func (t tenantFlag) Set(name string) error {
	if err := config.CheckTenant(name); err != nil {
		return err
	}
	*t.name = name
	return nil
}

// Type implements pflag.Value.
func (t tenantFlag) Type() string { return "string" }

// String implements pflag.Value.
func (t tenantFlag) String() string {
	if t.name == nil {
		return ""
	}
	return *t.name
}
