package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// indexBatch is how many calls go into the index in one transaction: others wait to write meanwhile.
const indexBatch = 500

// Index brings the index for search up to date: calls whose texts were kept since, in full or redacted.
// A search does so by itself; whoever writes calls pays nothing for it. progress, unless nil, is told how
// many calls are indexed so far and how many were missing. Several processes may do it at once.
func (l *Ledger) Index(ctx context.Context, progress func(done, of int)) error {
	if err := l.Flush(ctx); err != nil {
		return err
	}
	const missing = `SELECT count(*) FROM call_texts WHERE indexed = 0 AND kept IN ('redacted', 'full')`
	var of int
	if err := l.db.QueryRowContext(ctx, missing).Scan(&of); err != nil {
		return err
	}
	for done := 0; done < of; {
		n := 0
		err := l.db.Write(ctx, func(tx *sql.Tx) (err error) {
			n, err = indexSome(ctx, tx)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
		if done += n; progress != nil {
			progress(done, of)
		}
	}
	return nil
}

func indexSome(ctx context.Context, tx *sql.Tx) (int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, messages, output FROM call_texts
		WHERE indexed = 0 AND kept IN ('redacted', 'full') ORDER BY seq LIMIT ?`, indexBatch)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	type text struct {
		seq int64
		kept
	}
	var texts []text
	for rows.Next() {
		var t text
		if err := rows.Scan(&t.seq, &t.messages, &t.output); err != nil {
			return 0, err
		}
		texts = append(texts, t)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO call_search (rowid, system, input, output) VALUES (?, ?, ?, ?)`)
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	for _, t := range texts {
		system, input, output := t.searchable()
		if _, err := insert.ExecContext(ctx, t.seq, indexed(system), indexed(input), indexed(output)); err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE call_texts SET indexed = 1 WHERE seq = ?`, t.seq); err != nil {
			return 0, err
		}
	}
	return len(texts), nil
}

// searchable gives the words of kept texts.
func (k kept) searchable() (system, input, output string) {
	var messages []llm.Message
	var parts []llm.Part
	_ = json.Unmarshal([]byte(k.messages), &messages) // what cannot be read has no words
	_ = json.Unmarshal([]byte(k.output), &parts)
	var sys, in, out strings.Builder
	for _, m := range messages {
		if m.Role == llm.RoleSystem {
			addWords(&sys, m.Parts)
		} else {
			addWords(&in, m.Parts)
		}
	}
	addWords(&out, parts)
	return sys.String(), in.String(), out.String()
}

func addWords(b *strings.Builder, parts []llm.Part) {
	for _, p := range parts {
		b.WriteString(p.Text + "\n")
		if p.ToolCall != nil {
			b.WriteString(p.ToolCall.Name + " " + p.ToolCall.Arguments + "\n")
		}
		if p.ToolResult != nil {
			b.WriteString(p.ToolResult.Content + "\n")
		}
		if p.Media != nil {
			b.WriteString(p.Media.Name + "\n")
		}
	}
}
