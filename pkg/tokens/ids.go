package tokens

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Encode gives the ids of text's tokens, by tiktoken-go. Special tokens are ordinary text in it. Where
// tiktoken-go is known to differ from the original (letters newer than Go's Unicode tables) or to take
// time that grows with the square (a word of kilobytes), the counter's own merge gives the ids, so that
// their number is always that of Count. For an estimating Counter the ids are those of o200k_base,
// which say nothing about the model: it returns a *diag.Error.
func (c *Counter) Encode(text string) ([]int, error) {
	if c.Estimated() {
		return nil, diag.Errorf("%s has no public tokenizer, so there are no ids to show", c.model).
			WithHint("pass --encoding %s to see another model's", EncodingO200k)
	}
	var m mender
	b := m.close(m.add(nil, []byte(text)))
	s := c.codec.get()
	defer c.codec.put(s)
	ours := c.codec.encode(b, s, []int{}, nil, len(b)+1)
	if !c.codec.plain(b) {
		return ours, nil
	}
	tt, err := tiktokenFor(c.codec.name)
	if err != nil {
		return nil, err
	}
	if ids := tt.EncodeOrdinary(string(b)); len(ids) == len(ours) {
		return ids, nil
	}
	return ours, nil
}

// plainPiece is the length in bytes of the longest piece that tiktoken-go is given.
const plainPiece = 512

// plain tells whether tiktoken-go can be trusted with a text.
func (c *codec) plain(b []byte) bool {
	for i := 0; i < len(b); {
		j := c.next(b, i)
		if j-i > plainPiece {
			return false
		}
		for ; i < j; i++ {
			if b[i] < utf8.RuneSelf || !startsRune(b[i]) {
				continue
			}
			r, _ := utf8.DecodeRune(b[i:])
			if newLetter(r) {
				return false
			}
		}
	}
	return true
}

// newLetter tells whether the patterns treat r in another way than Go's tables would.
func newLetter(r rune) bool {
	const longS = 'ſ' // folds to s in the original's contractions
	return r == longS || classOf(r) != goClass(r)
}

// goClass is classOf by the tables of the unicode package.
func goClass(r rune) uint8 {
	switch {
	case unicode.IsSpace(r):
		if r == '\n' || r == '\r' {
			return classNewline
		}
		return classSpace
	case unicode.IsUpper(r), unicode.IsTitle(r):
		return classUpper
	case unicode.IsLower(r):
		return classLower
	case unicode.IsLetter(r):
		return classBoth
	case unicode.IsMark(r):
		return classMark
	case unicode.IsNumber(r):
		return classNumber
	}
	return classOther
}

// Decode gives the text of ids, special tokens included, by tiktoken-go. Bytes that are not UTF-8, as
// where a character is cut, stay as they are. An id that the encoding doesn't have is a *diag.Error.
func (c *Counter) Decode(ids []int) (string, error) {
	tt, err := tiktokenFor(c.codec.name)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for at := 0; at < len(ids); at++ {
		if name := c.special(ids[at]); name != "" {
			text.WriteString(name)
			continue
		}
		end := at
		for end < len(ids) && c.ordinary(ids[end]) {
			end++
		}
		if end == at {
			return "", diag.Errorf("token id %d is not in %s", ids[at], c.encoding).
				WithHint("ids go from 0 to %d; pass the --encoding that they were made with", len(c.codec.ranks.split)-1)
		}
		text.WriteString(tt.Decode(ids[at:end]))
		at = end - 1
	}
	return text.String(), nil
}

func (c *Counter) ordinary(id int) bool {
	return id >= 0 && id < len(c.codec.ranks.split) && c.special(id) == ""
}

// special names a special token, or "". The ids are those of openai/tiktoken's openai_public.py.
func (c *Counter) special(id int) string {
	switch c.encoding {
	case EncodingHarmony:
		if id < 199998 || id > 201087 {
			return ""
		}
		names := []string{
			"<|startoftext|>", "<|endoftext|>", "", "", "<|return|>", "<|constrain|>", "", "<|channel|>", "<|start|>", "<|end|>", "<|message|>", "", "", "", "<|call|>",
		}
		if i := id - 199998; i < len(names) && names[i] != "" {
			return names[i]
		}
		if id == 200018 {
			return "<|endofprompt|>"
		}
		return "<|reserved_" + strconv.Itoa(id) + "|>"
	case EncodingO200k:
		return map[int]string{199999: "<|endoftext|>", 200018: "<|endofprompt|>"}[id]
	case EncodingCl100k:
		return map[int]string{
			100257: "<|endoftext|>", 100258: "<|fim_prefix|>", 100259: "<|fim_middle|>", 100260: "<|fim_suffix|>", 100276: "<|endofprompt|>",
		}[id]
	}
	return map[int]string{50256: "<|endoftext|>"}[id]
}
