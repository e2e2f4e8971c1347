package replay

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// ParseRef reads what follows "replay/" in a model reference: a recording's name or path, and after a
// question mark how it is to be replayed: "gpt-4o?pace=1" waits as long as the recorded model took.
func ParseRef(ref string) (name string, opts Options, err error) {
	name, query, found := strings.Cut(ref, "?")
	if name == "" {
		return "", opts, diag.Errorf("replay/ names no recording").WithHint("write replay/NAME or replay/FILE.jsonl")
	}
	if !found {
		return name, opts, nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", opts, diag.Errorf("replay/%s: %q is no list of options", name, query)
	}
	for key, v := range values {
		if key != "pace" {
			return "", opts, diag.Errorf("replay/%s: unknown option %q", name, key).WithHint("the only option is pace, as in ?pace=1")
		}
		opts.Pace, err = strconv.ParseFloat(v[0], 64)
		if err != nil || !(opts.Pace >= 0 && opts.Pace <= 1000) {
			return "", opts, diag.Errorf("replay/%s: pace %q is not a number from 0 to 1000", name, v[0])
		}
	}
	return name, opts, nil
}
