package engine

import (
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// conversation is a list of messages in pieces that are dropped whole: a turn is a user's message and all up to the
// next one, and within the last turn an exchange is an answer that calls tools with the results.
type conversation struct {
	messages []llm.Message
	pieces   [][2]int // first and behind the last message, the oldest first
	gone     []bool   // by message
}

func newConversation(messages []llm.Message) *conversation {
	c := &conversation{messages: messages, gone: make([]bool, len(messages))}
	last := -1
	for i, m := range messages {
		if m.Role == llm.RoleUser && !onlyResults(m) {
			last = i
		}
	}
	c.turns(last)
	c.exchanges(last + 1)
	return c
}

// onlyResults tells that a user's message is none: some APIs put the results of tools into one.
func onlyResults(m llm.Message) bool {
	return len(m.Parts) > 0 && !slices.ContainsFunc(m.Parts, func(p llm.Part) bool { return p.ToolResult == nil })
}

// turns cuts what comes before the last user message.
func (c *conversation) turns(last int) {
	start := 0
	for i := 1; i <= last; i++ {
		if m := c.messages[i]; m.Role == llm.RoleUser && !onlyResults(m) {
			c.pieces = append(c.pieces, [2]int{start, i})
			start = i
		}
	}
}

// exchanges cuts what comes behind it; the newest exchange stays.
func (c *conversation) exchanges(from int) {
	var starts []int
	for i := from; i < len(c.messages); i++ {
		if m := c.messages[i]; m.Role == llm.RoleAssistant && slices.ContainsFunc(m.Parts, func(p llm.Part) bool { return p.ToolCall != nil }) {
			starts = append(starts, i)
		}
	}
	for i := 1; i < len(starts); i++ {
		c.pieces = append(c.pieces, [2]int{starts[i-1], starts[i]})
	}
}

// drop leaves the oldest piece out that is still there; system messages in it stay. It tells whether there was one.
func (c *conversation) drop() bool {
	for len(c.pieces) > 0 {
		p := c.pieces[0]
		c.pieces = c.pieces[1:]
		some := false
		for i := p[0]; i < p[1]; i++ {
			if c.messages[i].Role != llm.RoleSystem {
				c.gone[i], some = true, true
			}
		}
		if some {
			return true
		}
	}
	return false
}

func (c *conversation) left() []llm.Message    { return c.where(false) }
func (c *conversation) dropped() []llm.Message { return c.where(true) }

func (c *conversation) where(gone bool) []llm.Message {
	var out []llm.Message
	for i, m := range c.messages {
		if c.gone[i] == gone {
			out = append(out, m)
		}
	}
	return out
}

// with puts a text where the first dropped message was: into the user message that follows, since two in a row are
// refused by some providers, or where an answer follows, in one of its own.
func (c *conversation) with(text string) []llm.Message {
	left := c.left()
	at := slices.Index(c.gone, true)
	kept := 0
	for _, g := range c.gone[:at] {
		if !g {
			kept++
		}
	}
	part := llm.Part{Text: text + "\n\n"}
	if kept < len(left) && left[kept].Role == llm.RoleUser {
		left[kept].Parts = append([]llm.Part{part}, left[kept].Parts...)
		return left
	}
	return slices.Insert(left, kept, llm.Message{Role: llm.RoleUser, Parts: []llm.Part{part}})
}
