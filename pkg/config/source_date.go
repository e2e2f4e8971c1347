package config

import (
	"strconv"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// SourceDate is the time that files made from the program's own text carry: SOURCE_DATE_EPOCH of environ in
// seconds since 1970 where it is set, as https://reproducible-builds.org/specs/source-date-epoch says, else now.
func SourceDate(environ []string, now time.Time) (time.Time, error) {
	const name = "SOURCE_DATE_EPOCH"
	text := newEnvironment(environ).get(name)
	if text == "" {
		return now, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return now, diag.Errorf("%s is no whole number: %.40q", name, text).WithHint("seconds since 1970, as `git show -s --format=%%ct HEAD` prints them")
	}
	return time.Unix(seconds, 0).UTC(), nil
}
