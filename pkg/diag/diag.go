// Package diag is for errors about what a user wrote or asked for: a file, a flag, a reference. Such an
// error says what is wrong, where (file, line and column) and how to mend it; the command line prints
// the hint on a line of its own and exits with 2.
package diag

import (
	"errors"
	"fmt"
	"strings"
)

// Error is a mistake in the input of a command. Zero File, Line or Column are left out of the text.
type Error struct {
	File   string
	Line   int // from 1
	Column int // from 1, in characters
	Msg    string
	Advice string
	Err    error // the cause, may be nil
}

// Errorf makes an Error without a place.
func Errorf(format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Msg: err.Error(), Err: errors.Unwrap(err)}
}

// At makes an Error with a place; line and column may be 0.
func At(file string, line, column int, format string, args ...any) *Error {
	e := Errorf(format, args...)
	e.File, e.Line, e.Column = file, line, column
	return e
}

// WithHint sets the advice and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Advice = fmt.Sprintf(format, args...)
	return e
}

// Hint says how to mend it, or "".
func (e *Error) Hint() string { return e.Advice }

func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
			if e.Column > 0 {
				fmt.Fprintf(&b, ":%d", e.Column)
			}
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// HintOf finds the first hint in err's tree: err itself, then what it wraps, joined errors in their order.
func HintOf(err error) string {
	if h, ok := err.(interface{ Hint() string }); ok && h.Hint() != "" {
		return h.Hint()
	}
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case interface{ Unwrap() error }:
		return HintOf(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, each := range e.Unwrap() {
			if hint := HintOf(each); hint != "" {
				return hint
			}
		}
	}
	return ""
}
