package cli

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// lazyLedger opens the ledger when something is to be written or looked up, so that a command that fails
// on its input leaves nothing behind. It is safe for concurrent use.
type lazyLedger struct {
	e    *env
	sync bool // see ledger.Options

	once   sync.Once
	ledger *ledger.Ledger
	err    error
}

func (l *lazyLedger) open(ctx context.Context) (*ledger.Ledger, error) {
	l.once.Do(func() { l.ledger, l.err = l.e.ledger(context.WithoutCancel(ctx), l.sync) })
	return l.ledger, l.err
}

// Append implements engine.Recorder.
func (l *lazyLedger) Append(ctx context.Context, r ledger.Record) error {
	open, err := l.open(ctx)
	if err != nil {
		return err
	}
	return open.Append(ctx, r)
}

// Conversation implements chat.Store.
func (l *lazyLedger) Conversation(ctx context.Context, id string) (*ledger.Conversation, error) {
	open, err := l.existing(ctx)
	if err != nil {
		return nil, err
	}
	return open.Conversation(ctx, id)
}

// LastConversation implements chat.Store.
func (l *lazyLedger) LastConversation(ctx context.Context, tenant string) (string, error) {
	open, err := l.existing(ctx)
	if err != nil {
		return "", err
	}
	return open.LastConversation(ctx, tenant)
}

// AppendTurns implements chat.Store.
func (l *lazyLedger) AppendTurns(ctx context.Context, c ledger.Conversation) error {
	open, err := l.open(ctx)
	if err != nil {
		return err
	}
	return open.AppendTurns(ctx, c)
}

// existing opens the ledger if there is one; a look-up begins none.
func (l *lazyLedger) existing(ctx context.Context) (*ledger.Ledger, error) {
	cfg, err := l.e.config()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(cfg.State, "llmops.db")); os.IsNotExist(err) {
		return nil, ledger.ErrNotFound
	}
	return l.open(ctx)
}
