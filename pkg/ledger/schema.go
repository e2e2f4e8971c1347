package ledger

import "github.com/llmops-toolkit/llmops/pkg/sqlite"

// Schema is the ledger's part of the database. Open migrates it; a caller that opens the database for
// several components may name it there as well.
func Schema() sqlite.Schema {
	return sqlite.Schema{Name: "ledger", Migrations: []string{firstTables, fields, sumsOfMany, packedTables}}
}

// Times are nanoseconds since 1970 in UTC, money is nano-dollars, durations are nanoseconds. The buckets
// of the usage are all NULL together when the usage is unknown.
//
// call_hours holds the sums of each hour, kept up to date in the transaction that adds the calls, so that
// a report over a million calls reads some thousand rows. It outlives the calls that Prune deletes.
const firstTables = `
CREATE TABLE calls (
	seq INTEGER PRIMARY KEY,
	trace_id TEXT NOT NULL UNIQUE,
	time INTEGER NOT NULL,
	tenant TEXT NOT NULL,
	conversation TEXT NOT NULL,
	source TEXT NOT NULL,
	run_id TEXT NOT NULL,
	case_id TEXT NOT NULL,
	repeat INTEGER NOT NULL,
	model TEXT NOT NULL,
	model_asked TEXT NOT NULL,
	provider TEXT NOT NULL,
	model_answered TEXT NOT NULL,
	prompt TEXT NOT NULL,
	version TEXT NOT NULL,
	prompt_sha256 TEXT NOT NULL,
	uncached INTEGER, cache_read INTEGER, cache_write INTEGER, cache_write_1h INTEGER, output INTEGER, reasoning INTEGER,
	estimated INTEGER NOT NULL,
	cost INTEGER,
	cached INTEGER NOT NULL,
	saved INTEGER,
	ttft INTEGER NOT NULL,
	total INTEGER NOT NULL,
	tokens_per_second REAL,
	finish_reason TEXT NOT NULL,
	status TEXT NOT NULL,
	error_kind TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	request_hash TEXT NOT NULL
);
CREATE INDEX calls_by_time ON calls (time);
CREATE INDEX calls_by_conversation ON calls (conversation, time) WHERE conversation <> '';
CREATE INDEX calls_by_run ON calls (run_id) WHERE run_id <> '';

CREATE TABLE call_texts (
	seq INTEGER PRIMARY KEY REFERENCES calls (seq) ON DELETE CASCADE,
	kept TEXT NOT NULL,
	messages TEXT NOT NULL,
	output TEXT NOT NULL
);

CREATE TABLE call_hours (
	hour INTEGER NOT NULL, -- hours since 1970 in UTC
	tenant TEXT NOT NULL,
	source TEXT NOT NULL,
	model TEXT NOT NULL,
	prompt TEXT NOT NULL,
	version TEXT NOT NULL,
	calls INTEGER NOT NULL, ok INTEGER NOT NULL, incomplete INTEGER NOT NULL, failed INTEGER NOT NULL, canceled INTEGER NOT NULL,
	unknown_usage INTEGER NOT NULL,
	uncached INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL,
	output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
	unpriced INTEGER NOT NULL, unpriced_failed INTEGER NOT NULL, cost INTEGER NOT NULL,
	cached INTEGER NOT NULL, saved INTEGER NOT NULL,
	total INTEGER NOT NULL,
	PRIMARY KEY (hour, tenant, source, model, prompt, version)
) WITHOUT ROWID;

CREATE TABLE conversations (
	id TEXT PRIMARY KEY,
	tenant TEXT NOT NULL,
	model TEXT NOT NULL,
	created INTEGER NOT NULL,
	updated INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX conversations_by_update ON conversations (updated);

CREATE TABLE turns (
	conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
	seq INTEGER NOT NULL,
	time INTEGER NOT NULL,
	message TEXT NOT NULL,
	incomplete INTEGER NOT NULL,
	trace_id TEXT NOT NULL,
	PRIMARY KEY (conversation, seq)
) WITHOUT ROWID;
`
