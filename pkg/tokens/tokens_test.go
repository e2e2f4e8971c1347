package tokens_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

func counter(t testing.TB, model string) *tokens.Counter {
	t.Helper()
	c, err := tokens.For(model)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ExampleFor() {
	c, err := tokens.For("openai/gpt-4o-mini")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Encoding(), c.Count("How many tokens is this?"))
	// Output: o200k_base 6
}

func ExampleCounter_Truncate() {
	c, err := tokens.Encoding(tokens.EncodingO200k)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, n := c.Truncate("A family 👨‍👩‍👧 went to the market.", 3)
	fmt.Printf("%q %d\n", text, n)
	// Output: "A family" 2
}

func ExampleCounter_CountReader() {
	c, err := tokens.For("gemini-2.5-flash")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := c.CountReader(strings.NewReader("The price of a token is small, and there are many of them."))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Estimated, r.Low, r.Tokens, r.High)
	// Output: true 15 17 19
}

func TestInvalidUTF8(t *testing.T) {
	c := counter(t, "gpt-4o")
	for _, test := range []struct {
		name, text, sent string
		invalid, chars   int
	}{
		{"valid", "héllo", "héllo", 0, 5},
		{"one byte", "a\xffb", "a\uFFFDb", 1, 3},
		{"a cut character", "x\xe4\xbd", "x\uFFFD\uFFFD", 2, 3},
		{"a surrogate", "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD", 3, 3},
		{"an overlong slash", "\xc0\xaf", "\uFFFD\uFFFD", 2, 2},
		{"a replacement character that was there", "\uFFFD", "\uFFFD", 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := c.Count(test.sent)
			if got := c.Count(test.text); got != want {
				t.Errorf("Count: got %d, want %d", got, want)
			}
			for how, r := range map[string]tokens.Result{"Measure": c.Measure(test.text), "CountReader": read(t, c, test.text)} {
				got := []int{r.Tokens, r.Low, r.High, r.Invalid, r.Chars}
				if diff := cmp.Diff([]int{want, want, want, test.invalid, test.chars}, got); diff != "" {
					t.Errorf("%s: (-want +got)\n%s", how, diff)
				}
			}
		})
	}
}

func read(t testing.TB, c *tokens.Counter, text string) tokens.Result {
	t.Helper()
	r, err := c.CountReader(iotest.OneByteReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLargeReader counts a text of several megabytes by a reader and at once, and leaves no goroutine.
func TestLargeReader(t *testing.T) {
	defer goleak.VerifyNone(t)
	text := strings.Repeat("Counting tokens: 1,234 of them, naïvely; «zählen» 数えます。\n\n\tif x { return }\n", 40_000)
	for _, model := range []string{"gpt-4o", "gpt-4", "davinci", "claude-sonnet-4-5"} {
		c := counter(t, model)
		r, err := c.CountReader(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.Measure(text), r); diff != "" {
			t.Errorf("%s: (-at once +by a reader)\n%s", model, diff)
		}
	}
	c := counter(t, "gpt-4o")
	failing := errors.New("broken pipe")
	in := iotest.DataErrReader(&failAfter{strings.NewReader(text), failing})
	if _, err := c.CountReader(in); !errors.Is(err, failing) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

type failAfter struct {
	r   *strings.Reader
	err error
}

func (f *failAfter) Read(p []byte) (int, error) {
	if f.r.Len() == 0 {
		return 0, f.err
	}
	return f.r.Read(p)
}

// TestConcurrent is for the race detector.
func TestConcurrent(t *testing.T) {
	c := counter(t, "gpt-4o")
	text := strings.Repeat("Many goroutines count at a time, unabashedly. ", 20_000)
	want := c.Count(text)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got := c.Count(text); got != want {
				t.Errorf("got %d, want %d", got, want)
			}
			if got := c.Count(text[:999]); got <= 0 {
				t.Errorf("got %d tokens", got)
			}
		})
	}
	wait.Wait()
}

func TestNoAllocations(t *testing.T) {
	for name, text := range map[string]string{
		"short":            "Hello there",
		"prose":            strings.Repeat("The unabashedly idiosyncratic antidisestablishmentarians. ", 500),
		"mixed":            strings.Repeat("İstanbul'a 数える привет {x: []int{1}}\n", 500),
		"huge piece":       strings.Repeat("a", 100_000),
		"on several cores": strings.Repeat("Large texts are cut, and counted side by side. ", 20_000),
	} {
		c := counter(t, "gpt-4o")
		for range 3 {
			c.Count(text)
		}
		if n := testing.AllocsPerRun(5, func() { c.Count(text) }); n >= 1 {
			t.Errorf("%s: %v allocations a call, want 0", name, n)
		}
	}
}

func TestUnknown(t *testing.T) {
	for _, test := range []struct{ name, model, hint string }{
		{"a typing error", "gtp-4o", "did you mean gpt-4o"},
		{"with a provider", "openai/gpt-6-mini", "did you mean gpt-"},
		{"a deployment", "azure/our-deployment", "--encoding"},
		{"nothing", "", "--encoding"},
		{"only a provider", "openai/", "--encoding"},
		{"near one", "o1x", "--encoding"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := tokens.For(test.model)
			var e *diag.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a *diag.Error", err)
			}
			if !strings.Contains(e.Hint(), test.hint) || !strings.Contains(e.Error(), test.model) {
				t.Errorf("%v, hint %q: want %q in the hint", e, e.Hint(), test.hint)
			}
		})
	}
	_, err := tokens.Encoding("o200k")
	if got := diag.HintOf(err); !strings.Contains(got, "o200k_base") {
		t.Errorf("unknown encoding: %v, hint %q", err, got)
	}
}
