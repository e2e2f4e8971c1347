package guard

import (
	"strings"
	"testing"
)

// Of two findings that overlap nothing stays, whichever names them.
func TestOverlapsLeaveNothing(t *testing.T) {
	key, secret := "AKIA"+"Q3EGRZTIBVMWH7LX", "wJ4rXUt9FEM1K7MD3NGb8xRf2CYz6kVq0LpTs5Hd"
	for name, text := range map[string]string{
		"what follows": "api_key=" + key + "/" + secret,
		"what leads":   "api_key=" + secret + "/" + key,
	} {
		t.Run(name, func(t *testing.T) {
			if got := RedactSecrets(text); strings.Contains(got, secret) || strings.Contains(got, key) {
				t.Errorf("%q becomes %q", text, got)
			}
		})
	}
}
