package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Texts says what the ledger keeps of messages and answers.
type Texts string

// The choices. A hash tells whether two texts are the same and shows neither; but who can guess a short
// text can confirm the guess. Of images and files only kind, name and sha256 are ever kept.
const (
	TextsOff      Texts = "off"
	TextsHashed   Texts = "hashed"
	TextsRedacted Texts = "redacted"
	TextsFull     Texts = "full"
)

// kept is a record's texts as they go into the table.
type kept struct{ messages, output, vars string }

// keep applies the options to a record's texts; nil means that nothing is kept.
func (o *Options) keep(r *Record) (*kept, error) {
	if o.Texts == TextsOff || len(r.Messages) == 0 && len(r.Output) == 0 {
		return nil, nil
	}
	clean := o.Scrub
	if o.Texts == TextsRedacted {
		clean = func(s string) string { return o.Redact(o.Scrub(s)) }
	}
	messages := make([]llm.Message, len(r.Messages))
	for i, m := range r.Messages {
		messages[i] = llm.Message{Role: m.Role, Parts: cleanParts(m.Parts, clean, fingerprint)}
	}
	in, err := json.Marshal(messages)
	if err != nil {
		return nil, err
	}
	out, err := json.Marshal(cleanParts(r.Output, clean, fingerprint))
	if err != nil {
		return nil, err
	}
	if o.Texts == TextsHashed {
		return &kept{digest(in), digest(out), ""}, nil
	}
	k := &kept{messages: string(in), output: string(out)}
	if len(r.Vars) > 0 {
		vars, err := json.Marshal(cleanValue(r.Vars, clean))
		if err != nil {
			return nil, err
		}
		k.vars = string(vars)
	}
	return k, nil
}

// cleanValue copies a variable with every text in it cleaned, the keys of mappings too.
func cleanValue(v any, clean func(string) string) any {
	switch v := v.(type) {
	case string:
		return clean(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[clean(k)] = cleanValue(e, clean)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = cleanValue(e, clean)
		}
		return out
	case nil, bool, int, int64, float64, json.Number:
		return v
	}
	// Some other type of the caller's: as the JSON that it would be.
	b, err := json.Marshal(v)
	var plain any
	if err != nil || json.Unmarshal(b, &plain) != nil {
		return nil
	}
	return cleanValue(plain, clean)
}

// textBytes is about how much memory the record's texts hold.
func (r *Record) textBytes() int {
	n := partBytes(r.Output)
	for _, m := range r.Messages {
		n += partBytes(m.Parts)
	}
	return n
}

func partBytes(parts []llm.Part) (n int) {
	for _, p := range parts {
		n += len(p.Text)
		if p.Media != nil {
			n += len(p.Media.Data)
		}
		if p.ToolCall != nil {
			n += len(p.ToolCall.Arguments)
		}
		if p.ToolResult != nil {
			n += len(p.ToolResult.Content)
		}
		if p.Reasoning != nil {
			n += len(p.Reasoning.Text)
		}
		if p.Extra != nil {
			n += len(p.Extra.Data)
		}
	}
	return n
}

// restore is the way back.
func (r *Record) restore(k kept) error {
	switch r.Kept {
	case TextsOff:
		return nil
	case TextsHashed:
		r.TextHashes = Hashes{k.messages, k.output}
		return nil
	}
	if k.vars != "" {
		if err := json.Unmarshal([]byte(k.vars), &r.Vars); err != nil {
			return fmt.Errorf("ledger: variables of %s: %w", r.TraceID, err)
		}
	}
	if err := json.Unmarshal([]byte(k.messages), &r.Messages); err != nil {
		return fmt.Errorf("ledger: messages of %s: %w", r.TraceID, err)
	}
	if err := json.Unmarshal([]byte(k.output), &r.Output); err != nil {
		return fmt.Errorf("ledger: output of %s: %w", r.TraceID, err)
	}
	return nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// hashed begins the address of a file that is not kept.
const hashed = "sha256:"

// fingerprint stands for a file: its bytes would make the ledger larger than all the rest of it.
func fingerprint(m llm.Media) llm.Media {
	switch {
	case len(m.Data) > 0:
		m.URL, m.Data = hashed+digest(m.Data), nil
	case strings.HasPrefix(m.URL, "data:"):
		m.URL = hashed + digest([]byte(m.URL))
	}
	return m
}

// cleanParts copies the parts with every text cleaned and media replaced.
func cleanParts(parts []llm.Part, clean func(string) string, media func(llm.Media) llm.Media) []llm.Part {
	out := slices.Clone(parts)
	for i := range out {
		p := &out[i]
		p.Text = clean(p.Text)
		if p.Media != nil {
			m := media(*p.Media)
			if m.Name = clean(m.Name); !strings.HasPrefix(m.URL, hashed) {
				m.URL = clean(m.URL)
			}
			p.Media = &m
		}
		if p.ToolCall != nil {
			c := *p.ToolCall
			c.Arguments = clean(c.Arguments)
			p.ToolCall = &c
		}
		if p.ToolResult != nil {
			r := *p.ToolResult
			r.Content = clean(r.Content)
			p.ToolResult = &r
		}
		if p.Reasoning != nil {
			r := *p.Reasoning
			r.Text = clean(r.Text)
			p.Reasoning = &r
		}
		if p.Extra != nil {
			p.Extra = cleanExtra(*p.Extra, clean)
		}
	}
	return out
}

// cleanExtra cleans what only one provider has as the text that it is; where cleaning breaks its JSON,
// nothing of it is kept.
func cleanExtra(x llm.Extra, clean func(string) string) *llm.Extra {
	x.Data = json.RawMessage(clean(string(x.Data)))
	if !json.Valid(x.Data) {
		x.Data = json.RawMessage("null")
	}
	return &x
}

// CleanTexts replaces every text of a record by what clean makes of it, as when it is exported.
func CleanTexts(r *Record, clean func(string) string) {
	same := func(m llm.Media) llm.Media { return m }
	for i := range r.Messages {
		r.Messages[i].Parts = cleanParts(r.Messages[i].Parts, clean, same)
	}
	if r.Output != nil {
		r.Output = cleanParts(r.Output, clean, same)
	}
	if r.Vars != nil {
		r.Vars, _ = cleanValue(r.Vars, clean).(map[string]any)
	}
}
