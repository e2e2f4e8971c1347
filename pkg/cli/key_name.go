package cli

import "strings"

// keyName names the variable that the key of a model's provider came from; "" where it has none.
func (a *app) keyName(ref string) string {
	name, _, _ := strings.Cut(ref, "/")
	variable, _ := a.keyNames.Load(name)
	s, _ := variable.(string)
	return s
}
