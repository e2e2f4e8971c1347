package cli

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/chat"
	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// ledger opens the project's ledger. sync is for a command that makes one call.
func (e *env) ledger(ctx context.Context, sync bool) (*ledger.Ledger, error) {
	a := e.parts()
	if a.ledger != nil {
		return a.ledger, nil
	}
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	db, err := e.database(ctx)
	if err != nil {
		return nil, err
	}
	if behind, err := db.Behind(ctx, ledger.Schema()); err == nil && behind {
		e.notice("bringing an older ledger up to date: half a minute or more for a million calls")
	}
	l, err := ledger.Open(ctx, db, ledger.Options{
		Texts: ledger.Texts(cfg.Ledger.Texts), Scrub: a.redactor.redact, Redact: redactPersonal, Sync: sync,
		Report: func(err error) { e.notice("warning: a call is not recorded: %v", err) },
	})
	if err != nil {
		return nil, err
	}
	a.ledger = l
	a.onClose(l.Close)
	a.onClose(func() error { return e.retain(ctx, l, cfg) })
	return l, nil
}

// database opens the project's database, and makes it and its directory where there is none. It is closed after
// all that is opened later.
func (e *env) database(ctx context.Context) (*sqlite.DB, error) {
	a := e.parts()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.db == nil {
		db, err := e.open(ctx, databaseFile)
		if err != nil {
			return nil, err
		}
		a.db = db
		a.closers = append([]func() error{db.Close}, a.closers...)
	}
	return a.db, nil
}

// The databases in the state directory. Quotas have one of their own, so that no decision about a call waits for the
// records of other calls.
const (
	databaseFile = "llmops.db"
	quotaFile    = "quotas.db"
)

// open opens a database of the state directory.
func (e *env) open(ctx context.Context, name string) (*sqlite.DB, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	if err := newState(cfg.State); err != nil {
		return nil, err
	}
	db, err := sqlite.Open(ctx, filepath.Join(cfg.State, name))
	if err != nil {
		return nil, err
	}
	if moved := db.Damaged(); moved != "" {
		e.notice("warning: the database was damaged; it is kept as %s and a new one is begun", e.shortPath(moved))
	}
	return db, nil
}

// explained is an error with what is to be done about it where it is one of the project's database.
func (e *env) explained(err error) error {
	if err == nil || e.app == nil || e.app.db == nil {
		return err
	}
	return e.app.db.Explain(err)
}

// retain deletes what the configuration keeps no longer: once a day, when a command that used the ledger
// has done its work.
func (e *env) retain(ctx context.Context, l *ledger.Ledger, cfg *config.Config) error {
	if ctx.Err() != nil {
		return nil // whoever interrupts does not wait for this
	}
	const day = 24 * time.Hour
	_, err := l.Retain(ctx, ledger.Retention{
		Calls: time.Duration(cfg.Ledger.KeepDays) * day, Texts: time.Duration(cfg.Ledger.KeepTextsDays) * day,
	}, time.Now())
	if err != nil {
		e.notice("warning: old calls are not deleted: %v", err)
	}
	return nil
}

// conversations is where chat keeps what was said; nil when the configuration keeps no texts.
func (e *env) conversations() (chat.Store, error) {
	cfg, err := e.config()
	if err != nil || cfg.Ledger.Off || ledger.Texts(cfg.Ledger.Texts) != ledger.TextsFull {
		return nil, err
	}
	return &lazyLedger{e: e, sync: true}, nil
}

// newState makes the state directory where there is none, private and with a .gitignore of its own: what
// it holds is not for a repository.
func newState(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return diag.Errorf("cannot make the state directory: %w", err).WithHint("set state: in llmops.yaml, or LLMOPS_STATE")
	}
	return os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o600)
}
