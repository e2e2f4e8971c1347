package pricing

import (
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// sample is a catalog of invented prices, so that these tests stay true when the real one changes.
const sample = `# date 2026-09-23
# source a table, MIT
@azure	Azure
eu/m		ctx=1000	in=2.2 out=4.4
@openai	OpenAI
m	m-2026-01-02	ctx=1000 maxin=800 maxout=200 can=vtj until=2026-12-31	in=2 out=4 read=0.5 /batch in=1 out=2 /priority in=4 out=8
m-mini	m-mini*	can=tr	in=0.0375 out=0.3
ft:m-2026-01-02			in=3 out=6
old		retired	in=1 out=1
emb		ctx=500 embedding	in=0.1
shown	shown*	ctx=10	
@anthropic	Anthropic
c-5	c-5* c-five*	ctx=2000 can=vtjrc	in=3 out=15 read=0.3 write=3.75 write1h=6 >200 in=6 out=22.5 read=0.6 write=7.5 write1h=12 /batch~ in=1.5 out=7.5 /flex in=1 out=2 | from=2026-03-13 in=3 out=15 read=0.3 write=3.75 think=30
w-5			in=3 out=15 write=3.75
@deepseek	Deepseek
day			in=1 out=1 | utc=00:30-16:30 in=2 out=2 | from=2026-08-17 utc=22:00-02:00 in=4 out=4
@google	Google
gratis		free	in=0 out=0
@x-ai	X AI
next			from=2027-01-01 in=1 out=1
`

func sampleCatalog(t testing.TB) *Catalog {
	t.Helper()
	c, err := Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	return c
}

func mustFind(t testing.TB, c *Catalog, ref string) *Model {
	t.Helper()
	m, ok := c.Find(ref)
	if !ok {
		t.Fatalf("%s is not in the catalog", ref)
	}
	return m
}

func on(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t
}

func nano(n int64) *llm.Money {
	m := llm.Money(n)
	return &m
}

func text(m *llm.Money) string {
	if m == nil {
		return "unpriced"
	}
	return m.String()
}
