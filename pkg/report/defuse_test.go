package report

import (
	"strings"
	"testing"
)

func TestDefuse(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"plain":               {"all is well", 0, "`all is well`"},
		"nothing":             {"", 0, "(nothing)"},
		"only space":          {" \n\t", 0, "(nothing)"},
		"mention and HTML":    {"@owner <b>x</b>", 0, "`@owner <b>x</b>`"},
		"lines":               {"a\n/close\r\nb", 0, "`a /close b`"},
		"bar of a table":      {"a | b \\| c", 0, "`a │ b \\│ c`"},
		"backticks":           {"a `b` ``c``", 0, "``` a `b` ``c`` ```"},
		"backticks inside":    {"say `hi` twice", 0, "``say `hi` twice``"},
		"escape and override": {"\x1b[31m\u202ex", 0, "`␛[31m<U+202E>x`"},
		"hidden characters":   {"ad\u200bmin\ufeff\U000e0041\u2028", 0, "`ad<U+200B>min<U+FEFF><U+E0041><U+2028>`"},
		"joined emoji":        {"👩\u200d💻", 0, "`👩\u200d💻`"},
		"shortened":           {"0123456789", 5, "`01…89`"},
		"shortened, long":     {strings.Repeat("ş", 1000) + "end", 9, "`şşşş…şend`"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Defuse(c.text, c.limit); got != c.want {
				t.Errorf("got %s; want %s", got, c.want)
			}
		})
	}
}

func TestDefuseBlock(t *testing.T) {
	for text, want := range map[string]string{
		"a\n@b\n":       "```text\na\n@b\n```",
		"```\nout":      "````text\n```\nout\n````",
		"1\n2\n3\n4\n5": "```text\n1\n2\n3\n… 2 more lines\n```",
		"a\u200b":       "```text\na<U+200B>\n```",
		"":              "```text\n\n```",
	} {
		if got := DefuseBlock(text, 3); got != want {
			t.Errorf("%q: got %q; want %q", text, got, want)
		}
	}
}

// However a text is made, it stays inside its code span: that begins and ends with a run of backticks
// that is longer than any in it, and is one line without a bar.
func FuzzDefuse(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, 40)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 3 {
			limit = 0
		}
		got := Defuse(text, limit)
		if got == "(nothing)" {
			return
		}
		fence := got[:len(got)-len(strings.TrimLeft(got, "`"))]
		inside := strings.TrimSuffix(strings.TrimPrefix(got, fence), fence)
		if !strings.HasSuffix(got, fence) || inside == "" || longestRun(inside) >= len(fence) || strings.HasSuffix(inside, "`") {
			t.Errorf("%q leaves its code span: %q", text, got)
		}
		if strings.ContainsAny(got, "|\n\r\x00\x1b") {
			t.Errorf("%q: %q", text, got)
		}
		block := DefuseBlock(text, 5)
		if lines := strings.Split(block, "\n"); lines[0] != lines[len(lines)-1]+"text" || longestRun(strings.Join(lines[1:len(lines)-1], "\n")) >= len(lines[0])-4 {
			t.Errorf("%q leaves its block: %q", text, block)
		}
	})
}

// In the whole of a report no line begins as a model wants it, and no tag is open but ours.
func TestMarkdownHoldsHostileText(t *testing.T) {
	inBlock := ""
	for line := range strings.Lines(written(t, "md", hostileRun(t))) {
		line = strings.TrimSuffix(line, "\n")
		fence := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case inBlock != "":
			if line == inBlock {
				inBlock = ""
			}
		case len(fence) >= 3 && line == fence+"text":
			inBlock = fence
		default:
			for _, bad := range []string{"<script", "<img", "@everyone", "@owner", "https://evil", "<!--"} {
				if at := strings.Index(line, bad); at >= 0 && !strings.Contains(line[:at], "`") {
					t.Errorf("%s stands outside a code span: %s", bad, line)
				}
			}
			if strings.HasPrefix(line, "/") {
				t.Errorf("a command: %s", line)
			}
		}
	}
	if inBlock != "" {
		t.Error("a block is left open")
	}
}
