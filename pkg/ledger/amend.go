package ledger

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// SetPassed records of eval answers, by the trace ids of their calls, whether they passed their cases. A
// verdict on a call that has one replaces it, and one on a call that is not in the ledger is left out.
func (l *Ledger) SetPassed(ctx context.Context, verdicts map[string]bool) error {
	if err := l.Flush(ctx); err != nil {
		return err
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(verdicts)), batch) {
		err := l.db.Write(ctx, func(tx *sql.Tx) error {
			return l.amend(ctx, tx, func(change func(string, ...any) error) error {
				args := make([]any, len(ids))
				for i, id := range ids {
					args[i] = id
				}
				return change(`c.trace_id IN (?`+strings.Repeat(`, ?`, len(ids)-1)+`)`, args...)
			}, func(r *Record) bool {
				passed := verdicts[r.TraceID]
				same := r.Passed != nil && *r.Passed == passed
				r.Passed = &passed
				return !same
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Reprice sets the costs of the calls that fit to what price says, nil for unpriced, and notes why in their
// CostNote: of all of them or, when it fails, of none. It tells how many costs changed. Others cannot write
// meanwhile, a few seconds for a million calls. Limit and Before have no say.
func (l *Ledger) Reprice(ctx context.Context, f Filter, note string, price func(*Record) *llm.Money) (changed int64, err error) {
	if err := l.Flush(ctx); err != nil {
		return 0, err
	}
	where, args := f.where(single)
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		changed = 0
		return l.amend(ctx, tx, func(change func(string, ...any) error) error { return change(where, args...) }, func(r *Record) bool {
			cost := price(r)
			if cost == r.Cost || cost != nil && r.Cost != nil && *cost == *r.Cost {
				return false
			}
			r.Cost, r.CostNote = cost, note
			changed++
			return true
		})
	})
	if err != nil {
		changed = 0
	}
	return changed, err
}

// amended is what can change of a call.
type amended struct {
	id     string
	cost   *llm.Money
	note   string
	passed *bool
}

const setAmended = `UPDATE calls SET cost = ?, cost_note = ?, passed = ? WHERE trace_id = ?`

// amend changes calls and, in the same transaction, the hourly sums that they are in.
func (l *Ledger) amend(ctx context.Context, tx *sql.Tx, which func(change func(where string, args ...any) error) error, edit func(*Record) bool) error {
	sums := map[hourKey]*Total{}
	err := which(func(where string, args ...any) error {
		var edited []amended
		err := scan(ctx, tx, where, args, false, func(r *Record) error {
			was := *r
			if edit(r) {
				add(sums, &was, -1)
				add(sums, r, 1)
				edited = append(edited, amended{r.TraceID, r.Cost, r.CostNote, r.Passed})
			}
			return nil
		})
		for _, r := range edited {
			if _, updateErr := tx.ExecContext(ctx, setAmended, money(r.cost), r.note, orNull(r.passed), r.id); updateErr != nil {
				return errors.Join(err, updateErr)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeSums(inSQL(ctx, tx), sums)
}
