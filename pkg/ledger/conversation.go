package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Conversation is what was said under one id. Its turns are kept whole whatever Options.Texts says, but
// for keys: one cannot go on with a conversation of which only hashes are left. Who wants nothing kept
// does not append turns.
type Conversation struct {
	ID      string
	Tenant  string
	Model   string // the reference that the last turns were asked of
	Created time.Time
	Updated time.Time
	Turns   []Turn // nil in ListConversations
}

// Turn is one message of a conversation.
type Turn struct {
	Message    llm.Message
	Incomplete bool      // the answer broke off, or was interrupted
	Time       time.Time // zero means the conversation's Updated when appending
	TraceID    string    // the call that gave the answer
}

// Messages are the turns as a request takes them. Of an incomplete answer the tool calls are left out,
// which nothing answered and providers refuse, and an answer of which nothing came is no message.
func (c *Conversation) Messages() []llm.Message {
	var out []llm.Message
	for _, t := range c.Turns {
		m := t.Message
		if t.Incomplete {
			m.Parts = nil
			for _, p := range t.Message.Parts {
				if p.ToolCall == nil && p.Reasoning == nil {
					m.Parts = append(m.Parts, p)
				}
			}
		}
		if len(m.Parts) > 0 {
			out = append(out, m)
		}
	}
	return out
}

// AppendTurns adds turns to the end of a conversation, and begins it where there is none. All of them are
// written when it returns, even when ctx is done: an interrupted answer is kept. The ID is required, and
// Updated is the time of the turns; Tenant, Model and Created set a new conversation, and Model an old one
// as well unless it is "". Turns of the Conversation itself are what is appended.
func (l *Ledger) AppendTurns(ctx context.Context, c Conversation) error {
	if c.ID == "" || c.Updated.IsZero() {
		return errors.New("ledger: a conversation needs an id and a time")
	}
	ctx = context.WithoutCancel(ctx)
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO conversations (id, tenant, model, created, updated) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET updated = max(updated, excluded.updated), model = coalesce(nullif(excluded.model, ''), model)`,
			c.ID, c.Tenant, c.Model, c.Updated.UnixNano(), c.Updated.UnixNano())
		if err != nil {
			return err
		}
		for _, t := range c.Turns {
			if err := l.appendTurn(ctx, tx, c, t); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *Ledger) appendTurn(ctx context.Context, tx *sql.Tx, c Conversation, t Turn) error {
	whole := func(m llm.Media) llm.Media { return m }
	m := llm.Message{Role: t.Message.Role, Parts: cleanParts(t.Message.Parts, l.opts.Scrub, whole)}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("conversation %s: %w", c.ID, err)
	}
	if t.Time.IsZero() {
		t.Time = c.Updated
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO turns (conversation, seq, time, message, incomplete, trace_id)
		VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM turns WHERE conversation = ?1), ?2, ?3, ?4, ?5)`,
		c.ID, t.Time.UnixNano(), string(text), t.Incomplete, t.TraceID)
	return err
}

// Conversation gives a conversation with all its turns, or an error that is ErrNotFound.
func (l *Ledger) Conversation(ctx context.Context, id string) (*Conversation, error) {
	found, err := l.conversations(ctx, `WHERE id = ?`, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("conversation %.60q: %w", id, ErrNotFound)
	}
	c := &found[0]
	rows, err := l.db.QueryContext(ctx, `SELECT time, message, incomplete, trace_id FROM turns WHERE conversation = ? ORDER BY seq`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t Turn
		var at int64
		var text []byte
		if err := rows.Scan(&at, &text, &t.Incomplete, &t.TraceID); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &t.Message); err != nil {
			return nil, fmt.Errorf("conversation %s: %w", id, err)
		}
		t.Time = time.Unix(0, at).UTC()
		c.Turns = append(c.Turns, t)
	}
	return c, rows.Err()
}

// LastConversation is the id of the tenant's conversation that was added to last, or an error that is
// ErrNotFound.
func (l *Ledger) LastConversation(ctx context.Context, tenant string) (string, error) {
	found, err := l.conversations(ctx, `WHERE tenant = ? ORDER BY updated DESC, id DESC LIMIT 1`, tenant)
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", fmt.Errorf("a conversation to continue: %w", ErrNotFound)
	}
	return found[0].ID, nil
}

// ListConversations gives the tenant's conversations without their turns, the last used first, at most
// limit (0 means all).
func (l *Ledger) ListConversations(ctx context.Context, tenant string, limit int) ([]Conversation, error) {
	if limit <= 0 {
		limit = -1 // SQLite's word for all
	}
	return l.conversations(ctx, `WHERE tenant = ? ORDER BY updated DESC, id DESC LIMIT ?`, tenant, limit)
}

func (l *Ledger) conversations(ctx context.Context, where string, args ...any) ([]Conversation, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT id, tenant, model, created, updated FROM conversations `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Conversation
	for rows.Next() {
		var c Conversation
		var created, updated int64
		if err := rows.Scan(&c.ID, &c.Tenant, &c.Model, &created, &updated); err != nil {
			return nil, err
		}
		c.Created, c.Updated = time.Unix(0, created).UTC(), time.Unix(0, updated).UTC()
		out = append(out, c)
	}
	return out, rows.Err()
}
