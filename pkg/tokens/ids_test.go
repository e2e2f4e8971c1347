package tokens

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func TestEncodeDecode(t *testing.T) {
	c, err := For("gpt-4o")
	if err != nil {
		t.Fatal(err)
	}
	ids, err := c.Encode("Hello, world! 数える")
	if err != nil {
		t.Fatal(err)
	}
	// By npm's tiktoken.
	if diff := cmp.Diff([]int{13225, 11, 2375, 0, 71324, 133169}, ids); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, text := range []string{"", "a", "<|endoftext|>", strings.Repeat("a", 3000), "\U0001e5d0 ſ 'ſ", "new \u1c89 letters", "🫨"} {
		ids, err := c.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if n := c.Count(text); n != len(ids) {
			t.Errorf("%.20q: %d ids, count %d", text, len(ids), n)
		}
		if back, err := c.Decode(ids); err != nil || back != text {
			t.Errorf("%.20q: decoded to %.20q, %v", text, back, err)
		}
	}
}

func TestDecodeSpecial(t *testing.T) {
	for _, test := range []struct {
		encoding, want string
		ids            []int
	}{
		{EncodingO200k, "<|endoftext|>hi<|endofprompt|>", []int{199999, 3686, 200018}},
		{EncodingHarmony, "<|start|>hi<|end|><|reserved_200013|>", []int{200006, 3686, 200007, 200013}},
		{EncodingCl100k, "<|fim_prefix|>", []int{100258}},
		{EncodingP50k, "<|endoftext|>  ", []int{50256, 220, 220}},
		{EncodingR50k, "<|endoftext|>", []int{50256}},
	} {
		c, err := Encoding(test.encoding)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Decode(test.ids); err != nil || got != test.want {
			t.Errorf("%s %v: got %q, %v; want %q", test.encoding, test.ids, got, err, test.want)
		}
		for _, id := range []int{-1, 300_000, len(c.codec.ranks.split) + 700} {
			_, err := c.Decode([]int{100, id})
			var e *diag.Error
			if test.encoding == EncodingHarmony && id > 200_000 && id < 201_088 {
				continue
			}
			if !errors.As(err, &e) || e.Hint() == "" {
				t.Errorf("%s: id %d: got %v, want a *diag.Error with a hint", test.encoding, id, err)
			}
		}
	}
	c, err := For("claude-haiku-4-5")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Encode("hi"); diag.HintOf(err) == "" {
		t.Errorf("ids of an estimate: got %v", err)
	}
}

// FuzzTiktoken compares counts and ids with tiktoken-go, and counts by a reader with counts at once.
func FuzzTiktoken(f *testing.F) {
	for _, text := range append([]string{
		"Hello, world!", "it's they'LL we've", "  \n\n  x\r\n", "12345 ١٢٣", "İstanbul ǅab ABCdef", "你好,世界。", "a\xffb",
		"<|endoftext|>", "!!\n//\n", "'s'S'ta",
	}, atoms...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			text = text[:2000]
		}
		for _, name := range Encodings() {
			c, err := Encoding(name)
			if err != nil {
				t.Fatal(err)
			}
			n := c.Count(text)
			if got := countStream(c.codec, text, 64, 7); got != n {
				t.Errorf("%s: %q: %d by a stream, %d at once", name, text, got, n)
			}
			if !utf8.ValidString(text) || !c.codec.plain([]byte(text)) {
				continue
			}
			s := c.codec.get()
			ours := c.codec.encode([]byte(text), s, []int{}, nil, len(text)+1)
			c.codec.put(s)
			tt, err := tiktokenFor(c.codec.name)
			if err != nil {
				t.Fatal(err)
			}
			want := tt.EncodeOrdinary(text)
			if len(want) != n {
				t.Errorf("%s: %q: %d tokens, tiktoken-go has %d", name, text, n, len(want))
			}
			if diff := cmp.Diff(want, ours); diff != "" {
				t.Errorf("%s: %q: (-tiktoken-go +ours)\n%s", name, text, diff)
			}
		}
	})
}
