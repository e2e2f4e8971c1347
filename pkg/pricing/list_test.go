package pricing

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func refs(models []*Model) []string {
	var out []string
	for _, m := range models {
		out = append(out, m.Ref())
	}
	return out
}

func TestList(t *testing.T) {
	c := sampleCatalog(t).With(Overrides{"openai/m": {Prices: []Price{{Standard: &Schedule{}}}}, "mine/*": {}})
	dollar := llm.Dollar
	at := on("2026-10-01")
	for name, tt := range map[string]struct {
		filter Filter
		want   []string
	}{
		"provider, by its usual name": {Filter{Provider: "gemini"}, []string{"google/gratis"}},
		"context":                     {Filter{MinContext: 1000}, []string{"anthropic/c-5", "azure/eu/m", "openai/m"}},
		"price of input":              {Filter{Provider: "openai", MaxInput: &dollar}, []string{"openai/emb", "openai/m-mini", "openai/old"}},
		"price of output":             {Filter{MaxOutput: &dollar}, []string{"google/gratis", "openai/m-mini", "openai/old"}},
		"abilities":                   {Filter{Can: Vision | Caching}, []string{"anthropic/c-5"}},
		"text, in another name":       {Filter{Text: "2026-01"}, []string{"openai/ft:m-2026-01-02"}},
		"deprecated":                  {Filter{Deprecated: true}, []string{"openai/old"}},
		"deprecated later":            {Filter{Deprecated: true, At: on("2026-12-31")}, []string{"openai/m", "openai/old"}},
		"available, provider":         {Filter{Provider: "openai", Text: "o", Available: true, MinContext: 10}, []string{"openai/emb", "openai/m", "openai/shown"}},
		"the user's own":              {Filter{Provider: "mine"}, []string{"mine/*"}},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.filter.At.IsZero() {
				tt.filter.At = at
			}
			if diff := cmp.Diff(tt.want, refs(c.List(tt.filter))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got, want := len(sampleCatalog(t).List(Filter{})), 12; got != want {
		t.Errorf("an empty filter lists %d, want %d", got, want)
	}
}

func TestProviders(t *testing.T) {
	got := sampleCatalog(t).Providers()
	if len(got) != 6 || got[0] != (Provider{"azure", "Azure", 1}) {
		t.Errorf("Providers() = %v", got)
	}
}

// Cloudflare's models begin with @, as a provider's section does.
func TestModelsThatBeginAsSectionsDo(t *testing.T) {
	c, err := Parse("# date 2026-09-23\n@cloudflare\tCloudflare\n@cf/meta/m\t\t\tin=1 out=2\n@next\tNext\nm\t\t\tin=1 out=2\n")
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := c.Find("cloudflare/@cf/meta/m"); !ok || m.Provider != "cloudflare" || len(c.Providers()) != 2 {
		t.Errorf("found %+v; providers %v", m, c.Providers())
	}
}

func TestChanges(t *testing.T) {
	c := sampleCatalog(t)
	var got []string
	for _, ch := range c.Changes(on("2026-01-01"), on("2027-01-01")) {
		line := ch.At.Format("2006-01-02 ") + ch.Model.Ref()
		if ch.Deprecation() {
			line += " ends"
		} else if ch.Before != nil {
			line += " from " + text(ch.Before.Input) + " to " + text(ch.After.Input)
		} else {
			line += " at " + text(ch.After.Input)
		}
		got = append(got, line)
	}
	want := []string{
		"2026-03-13 anthropic/c-5 from $3.00 to $3.00",
		"2026-12-31 openai/m ends",
		"2027-01-01 x-ai/next at $1.00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if after := c.Changes(on("2027-01-01"), on("2028-01-01")); len(after) != 0 {
		t.Errorf("changes after the last: %v", after)
	}
}

func TestCapabilities(t *testing.T) {
	m := mustFind(t, sampleCatalog(t), "openai/m")
	if diff := cmp.Diff([]string{"vision", "tools", "json_schema"}, m.Can.Names()); diff != "" {
		t.Error(diff)
	}
	for _, name := range CapabilityNames() {
		c, ok := ParseCapability(name)
		if !ok || c.String() != name {
			t.Errorf("ParseCapability(%q) = %v, %v", name, c, ok)
		}
	}
	if _, ok := ParseCapability("telepathy"); ok {
		t.Error("an unknown ability was parsed")
	}
	if len(capabilityLetters) != len(capabilityNames) {
		t.Error("letters and names differ")
	}
}
