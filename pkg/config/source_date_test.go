package config_test

import (
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func TestSourceDate(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, test := range []struct {
		name, value string
		want        time.Time
		bad         bool
	}{
		{"set", "86400", time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), false},
		{"empty is not set", "", now, false},
		{"no number", "yesterday", now, true},
		{"a fraction", "1.5", now, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := config.SourceDate([]string{"SOURCE_DATE_EPOCH=" + test.value}, now)
			if !got.Equal(test.want) || (err != nil) != test.bad {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
			if test.bad && diag.HintOf(err) == "" {
				t.Errorf("%v has no hint", err)
			}
		})
	}
	if got, err := config.SourceDate(nil, now); err != nil || !got.Equal(now) {
		t.Errorf("got %v, %v; want %v", got, err, now)
	}
}
