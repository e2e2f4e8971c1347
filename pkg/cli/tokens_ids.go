package cli

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// oneText prints the ids of a text, or its beginning.
func (e *env) oneText(o tokensOptions, c *tokens.Counter, args []string) error {
	path := "-"
	if len(args) == 1 {
		path = args[0]
	}
	if path == "-" && (e.in == nil || e.inTTY) {
		return diag.Errorf("there is no text").WithHint("name a file, or pipe text in")
	}
	data, err := e.readBytes(path)
	if err != nil {
		return err
	}
	if bytes.IndexByte(data[:min(sniffed, len(data))], 0) >= 0 {
		return diag.Errorf("%s is a binary file", textFile{path: path}.shown())
	}
	if o.ids {
		return e.printIDs(o, c, string(data))
	}
	text, n := c.Truncate(string(data), o.truncate)
	if o.json {
		return writeJSON(e.out, struct {
			Schema    string `json:"schema"`
			Encoding  string `json:"encoding"`
			Estimated bool   `json:"estimated"`
			Tokens    int    `json:"tokens"`
			Truncated bool   `json:"truncated"`
			Text      string `json:"text"`
		}{"llmops.tokens.truncate/v1", c.Encoding(), c.Estimated(), n, len(text) < len(data), text})
	}
	if _, err := io.WriteString(e.out, text); err != nil {
		return err
	}
	if len(text) < len(data) {
		e.info("cut to %s (%s)", plural(n, "token"), c.Encoding())
	}
	return nil
}

// readBytes reads a text that need not be UTF-8.
func (e *env) readBytes(path string) ([]byte, error) {
	if path == "-" {
		return e.readAll("standard input", e.in)
	}
	f, err := openInput("tokens", path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read from
	return e.readAll(path, f)
}

func (e *env) printIDs(o tokensOptions, c *tokens.Counter, text string) error {
	ids, err := c.Encode(text)
	if err != nil {
		return err
	}
	if o.json {
		if ids == nil {
			ids = []int{}
		}
		return writeJSON(e.out, struct {
			Schema   string `json:"schema"`
			Encoding string `json:"encoding"`
			Tokens   int    `json:"tokens"`
			IDs      []int  `json:"ids"`
		}{"llmops.tokens.ids/v1", c.Encoding(), len(ids), ids})
	}
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(id))
	}
	return e.say("%s", b.String())
}

// decodeTokens prints the text of ids, and nothing else.
func (e *env) decodeTokens(o tokensOptions, args []string) error {
	c, _, err := e.counter(o)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		if e.in == nil || e.inTTY {
			return diag.Errorf("there are no ids").WithHint("for example llmops tokens --decode 13225 2375")
		}
		data, err := e.readAll("standard input", e.in)
		if err != nil {
			return err
		}
		args = []string{string(data)}
	}
	var ids []int
	for _, word := range strings.FieldsFunc(strings.Join(args, " "), func(r rune) bool { return strings.ContainsRune(" \t\r\n,[]", r) }) {
		id, err := strconv.Atoi(word)
		if err != nil {
			return diag.Errorf("%q is not a token id", word).WithHint("ids are whole numbers: llmops tokens --decode 13225 2375")
		}
		ids = append(ids, id)
	}
	text, err := c.Decode(ids)
	if err != nil {
		return err
	}
	_, err = io.WriteString(e.out, text)
	return err
}
