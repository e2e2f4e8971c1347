package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

func newModelsShow(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show MODEL",
		Short:   "Show what is known of a model: limits, abilities, every price",
		Example: "  llmops models show openai/gpt-4o-2024-08-06",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			now := time.Now()
			c, err := e.priceCatalog(now)
			if err != nil {
				return err
			}
			found, err := e.findModel(c, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(e.out, newModelShowJSON(args[0], c, found, now))
			}
			return e.showModel(args[0], c, found, now)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// modelShowJSON is what models show --json prints.
type modelShowJSON struct {
	Schema string `json:"schema"`
	Asked  string `json:"asked"`
	Via    string `json:"via"` // how the name led there; see pricing.Resolution
	modelJSON
	Names     []string    `json:"names"`
	Floating  bool        `json:"floating"`
	Snapshots []string    `json:"snapshots"`
	MaxInput  *int64      `json:"max_input_tokens"`
	Periods   []priceJSON `json:"prices"`
	Date      string      `json:"catalog_date"`
	Sources   []string    `json:"sources"`
}

// priceJSON is one row of a model's prices.
type priceJSON struct {
	From    string    `json:"from,omitempty"`   // "" since ever
	Window  string    `json:"window,omitempty"` // hours of the day in UTC; "" the whole day
	Service string    `json:"service"`
	Above   int64     `json:"above_input_tokens"`
	Derived bool      `json:"derived,omitempty"` // by a discount that is published as a rule
	Rates   ratesJSON `json:"usd_per_million_tokens"`
}

func newModelShowJSON(asked string, c *pricing.Catalog, r pricing.Resolution, now time.Time) modelShowJSON {
	m := r.Model
	j := modelShowJSON{
		Schema: "llmops.models.show/v1", Asked: asked, Via: r.Via, modelJSON: newModelJSON(m, now), Names: m.Names,
		Floating: r.Floating, Snapshots: r.Snapshots, MaxInput: positive(m.MaxInput), Periods: pricesOf(m),
		Date: c.Date().Format(time.DateOnly), Sources: c.Sources(),
	}
	for _, list := range []*[]string{&j.Names, &j.Snapshots} {
		if *list == nil {
			*list = []string{}
		}
	}
	return j
}

// pricesOf lists a model's prices: by date, service and tier.
func pricesOf(m *pricing.Model) []priceJSON {
	rows := []priceJSON{}
	for _, p := range m.Prices {
		from, window := "", ""
		if !p.From.IsZero() {
			from = p.From.Format(time.DateOnly)
		}
		if w := p.Window; w != (pricing.Window{}) {
			window = clock(w.Start) + "–" + clock(w.End)
		}
		for _, s := range []struct {
			name     string
			schedule *pricing.Schedule
		}{{"standard", p.Standard}, {"batch", p.Batch}, {"flex", p.Flex}, {"priority", p.Priority}} {
			if s.schedule == nil {
				continue
			}
			row := priceJSON{from, window, s.name, 0, s.schedule.Derived, ratesJSON(s.schedule.Rates)}
			rows = append(rows, row)
			for _, t := range s.schedule.Tiers {
				row.Above, row.Rates = t.Above, ratesJSON(t.Rates)
				rows = append(rows, row)
			}
		}
	}
	return rows
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

// showModel prints facts, then a table of prices.
func (e *env) showModel(asked string, c *pricing.Catalog, r pricing.Resolution, now time.Time) error {
	if err := e.say("%s", e.outStyle().good(r.Model.Ref())); err != nil {
		return err
	}
	for _, f := range modelFacts(asked, c, r, now) {
		const indent = "             "
		text := strings.ReplaceAll(wrapLine(f[1], max(20, e.width()-len(indent))), "\n  ", "\n"+indent)
		if err := e.say("  %-10s %s", f[0], text); err != nil {
			return err
		}
	}
	rows := pricesOf(r.Model)
	if len(rows) == 0 {
		return nil
	}
	if err := e.say("\nDollars per million tokens:"); err != nil {
		return err
	}
	if err := priceGrid(rows).print(e); err != nil {
		return err
	}
	if slices.ContainsFunc(rows, func(r priceJSON) bool { return r.Derived }) {
		return e.say("* by a discount that is published as a rule")
	}
	return nil
}

func modelFacts(asked string, c *pricing.Catalog, r pricing.Resolution, now time.Time) (facts [][2]string) {
	m := r.Model
	add := func(name, format string, args ...any) {
		facts = append(facts, [2]string{name, fmt.Sprintf(format, args...)})
	}
	if r.Via != "name" {
		add("found", "%s, by %s", asked, r.Via)
	}
	if len(m.Names) > 0 {
		add("also", "%s", strings.Join(m.Names, ", "))
	}
	if r.Floating {
		add("floating", "the name moves on to new snapshots; pin one of: %s", strings.Join(r.Snapshots, ", "))
	}
	add("context", "%s", limits(m))
	if m.Can != 0 {
		add("can", "%s", strings.ReplaceAll(m.Can.String(), ",", ", "))
	}
	if ends := ending(m, now); ends != "" {
		add("ends", "%s", ends)
	}
	switch {
	case m.Override:
		add("prices", "from the configuration")
	case m.Free:
		add("prices", "published as free of charge")
	case len(m.Prices) == 0:
		add("prices", "unpriced: none is published")
	default:
		add("prices", "of %s", c.Date().Format(time.DateOnly))
	}
	if m.Disputed {
		add("disputed", "the catalog's two sources name different prices; the dated one is taken")
	}
	return facts
}

func limits(m *pricing.Model) string {
	text := "not known"
	if m.Context > 0 {
		text = grouped(m.Context) + " tokens"
	}
	if m.MaxInput > 0 {
		text += ", at most " + grouped(m.MaxInput) + " of input"
	}
	if m.MaxOutput > 0 {
		text += ", at most " + grouped(m.MaxOutput) + " of output"
	}
	return text
}
