package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// Short is a transaction of a few statements on a connection that is kept for such ones, with its statements prepared:
// what a call waits for, such as a decision about its budget. It costs a third of one of database/sql's. It belongs to
// the func that Short was called with.
type Short struct {
	conn  driver.Conn
	stmts map[string]driver.Stmt // by their text
	args  []driver.NamedValue    // of the statement that runs
}

// Short runs fn in a transaction as Write does, and in one queue with it: it holds the write lock from its start, and
// commits when fn returns nil.
func (db *DB) Short(ctx context.Context, fn func(*Short) error) error {
	if err := db.lock(ctx); err != nil {
		return err
	}
	defer db.unlock()
	err := db.inShort(ctx, fn)
	if err == nil {
		return nil
	}
	db.closeShort() // which rolls back, whatever state it is in; the next one connects again
	return db.met(err)
}

// inShort runs fn on the connection, which the right to write guards.
func (db *DB) inShort(ctx context.Context, fn func(*Short) error) (err error) {
	if db.short == nil {
		conn, err := db.connector.Connect(ctx)
		if err != nil {
			return err
		}
		db.short = &Short{conn: conn, stmts: map[string]driver.Stmt{}}
	}
	finished := false
	defer func() {
		if !finished { // fn panics
			db.closeShort()
		}
	}()
	if err = db.short.exec(ctx, "BEGIN IMMEDIATE"); err == nil {
		err = fn(db.short)
	}
	if err == nil {
		err = db.short.exec(context.Background(), "COMMIT")
	}
	finished = true
	return err
}

func (db *DB) closeShort() {
	if db.short != nil {
		db.short.close()
	}
	db.short = nil
}

func (s *Short) close() {
	for _, st := range s.stmts {
		_ = st.Close()
	}
	_ = s.conn.Close()
}

// Look runs fn outside of any transaction on a connection that is kept like that of Short, for a query that a call
// waits for. Any number of them run at once, beside a writer too.
func (db *DB) Look(ctx context.Context, fn func(*Short) error) error {
	var s *Short
	select {
	case s = <-db.looks:
	default:
		conn, err := db.connector.Connect(ctx)
		if err != nil {
			return explain(db.path, err)
		}
		s = &Short{conn: conn, stmts: map[string]driver.Stmt{}}
	}
	err := fn(s)
	if err != nil {
		s.close()
		return db.met(err)
	}
	select {
	case db.looks <- s:
	default:
		s.close()
	}
	return nil
}

// Close ends all connections, after what is being written.
func (db *DB) Close() error {
	_ = db.lock(context.Background())
	db.closeShort()
	db.unlock()
	for range cap(db.looks) {
		select {
		case s := <-db.looks:
			s.close()
		default:
		}
	}
	err := db.DB.Close()
	if db.held == nil {
		return err
	}
	held := db.held
	db.held = nil // Close may be called again
	return errors.Join(err, held.Close())
}

func (s *Short) stmt(query string) (driver.Stmt, error) {
	if st, ok := s.stmts[query]; ok {
		return st, nil
	}
	st, err := s.conn.Prepare(query)
	if err == nil {
		s.stmts[query] = st
	}
	return st, err
}

func (s *Short) exec(ctx context.Context, query string) error {
	_, err := s.run(ctx, query, nil)
	return err
}

func (s *Short) run(ctx context.Context, query string, args []any) (driver.Result, error) {
	st, err := s.stmt(query)
	if err != nil {
		return nil, err
	}
	x, ok := st.(driver.StmtExecContext)
	if !ok {
		return nil, errUnsupported
	}
	return x.ExecContext(ctx, s.named(args))
}

var errUnsupported = errors.New("the SQLite driver has changed")

func (s *Short) named(args []any) []driver.NamedValue {
	s.args = s.args[:0]
	for i, a := range args {
		if n, ok := a.(int); ok {
			a = int64(n)
		}
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return s.args
}

// Exec runs a statement and tells how many rows it changed. Arguments are int, int64, float64, bool, string, []byte or
// nil. The text of a statement is prepared once and kept: it must not hold values.
func (s *Short) Exec(query string, args ...any) (changed int64, err error) {
	res, err := s.run(context.Background(), query, args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Insert is Exec for the statement that adds a row; id is that row's, and 0 when none was added.
func (s *Short) Insert(query string, args ...any) (id int64, err error) {
	res, err := s.run(context.Background(), query, args)
	if err != nil {
		return 0, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	return res.LastInsertId()
}

// Row runs a query and reads its first row into row, whose length is the number of columns. found tells whether there
// is one.
func (s *Short) Row(query string, row []driver.Value, args ...any) (found bool, err error) {
	st, err := s.stmt(query)
	if err != nil {
		return false, err
	}
	x, ok := st.(driver.StmtQueryContext)
	if !ok {
		return false, errUnsupported
	}
	rows, err := x.QueryContext(context.Background(), s.named(args))
	if err != nil {
		return false, err
	}
	switch err = rows.Next(row); {
	case errors.Is(err, io.EOF):
		return false, rows.Close()
	case err != nil:
		return false, errors.Join(err, rows.Close())
	}
	return true, rows.Close()
}
