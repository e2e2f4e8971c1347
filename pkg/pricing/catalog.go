// Package pricing knows what models cost: prices by date, by service (batch, flex, priority) and by the
// size of the request, with the limits and abilities that go into a choice between models. The facts are
// in catalog.txt, which is part of the program, made from public tables by `make prices`; its first lines
// name them. What is not known is never 0: an unknown model, a bucket without a price and a missing usage
// all cost a nil *llm.Money, which means "unpriced".
//
// Start with Default, add the user's own prices by With, then ask Cost:
//
//	cat, err := pricing.Default()
//	cost := cat.Cost("openai/gpt-4o-2024-08-06", usage, pricing.Options{At: time.Now()})
package pricing

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"
)

// The paths of the public tables, and version and day of the first, come from the environment of `make
// prices`.
//go:generate go run ./internal/gen -genai=$GENAI_PRICES -genai-version=$GENAI_VERSION -genai-date=$GENAI_DATE -litellm=$LITELLM_PRICES -out=catalog.txt

//go:embed catalog.txt
var catalogText string

// stale is the age after which prices are to be doubted.
const stale = 180 * 24 * time.Hour

// Catalog finds models and what they cost. A nil Catalog knows no model. It is safe for concurrent use,
// and immutable: With makes another one.
type Catalog struct {
	table *table
	own   map[string]*Model // by canonical reference, lower case; "my/*" is all of a provider
}

// Default gives the catalog that is part of the program. Nothing is read before the first question about
// a provider, and then only that provider's models.
func Default() (*Catalog, error) { return defaultCatalog() }

var defaultCatalog = sync.OnceValues(func() (*Catalog, error) { return Parse(catalogText) })

// Parse makes a Catalog of text in the format of catalog.txt. Only the header is checked here; Check
// reads all of it.
func Parse(text string) (*Catalog, error) {
	t := newTable(text)
	date := ""
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		line = strings.TrimSpace(strings.TrimPrefix(line, "#"))
		if rest, ok := strings.CutPrefix(line, "date "); ok {
			date = rest
		}
		if rest, ok := strings.CutPrefix(line, "source "); ok {
			t.sources = append(t.sources, rest)
		}
	}
	var err error
	if t.date, err = time.Parse(time.DateOnly, date); err != nil {
		return nil, fmt.Errorf("price catalog: no date in its header: %w", err)
	}
	return &Catalog{table: t}, nil
}

// Date is the day that the prices were published.
func (c *Catalog) Date() time.Time {
	if c == nil {
		return time.Time{}
	}
	return c.table.date
}

// Sources names the public tables that the catalog was made from, with their licences.
func (c *Catalog) Sources() []string {
	if c == nil {
		return nil
	}
	return c.table.sources
}

// Age is how old the prices are at a time.
func (c *Catalog) Age(now time.Time) time.Duration { return now.Sub(c.Date()) }

// Warning is a sentence for the user when the prices are older than 180 days, and "" otherwise.
func (c *Catalog) Warning(now time.Time) string {
	if c == nil || c.Age(now) <= stale {
		return ""
	}
	return fmt.Sprintf("the built-in prices are of %s, %d days ago: update llmops, or set prices: in llmops.yaml",
		c.Date().Format(time.DateOnly), int(c.Age(now)/(24*time.Hour)))
}

// Check reads the whole catalog and reports the first line that is wrong.
func (c *Catalog) Check() error {
	for _, id := range c.table.providers() {
		if _, err := c.table.block(id); err != nil {
			return err
		}
	}
	return nil
}
