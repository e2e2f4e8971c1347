package diag

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// JSON gives an error of encoding/json about data, the text of a file, its line and column.
func JSON(name string, data []byte, err error) *Error {
	offset := int64(len(data))
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset - 1
	case errors.As(err, &typed):
		offset = typed.Offset - 1
	}
	offset = max(0, min(offset, int64(len(data))))
	before := data[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
	if typed != nil {
		return At(name, line, column, "%s", wrongKind(typed))
	}
	return At(name, line, column, "malformed JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
}

// wrongKind says what a value should have been, in the words of JSON instead of Go's.
func wrongKind(err *json.UnmarshalTypeError) string {
	want, got := wanted(err.Type), map[string]string{
		"string": "text", "number": "a number", "bool": "true or false", "array": "a list", "object": "an object",
	}[err.Value]
	if got == "" { // "number 1.5", for a whole one
		got = "such a number"
	}
	if key := err.Field[strings.LastIndexByte(err.Field, '.')+1:]; key != "" {
		return fmt.Sprintf("%s wants %s, not %s", key, want, got)
	}
	return fmt.Sprintf("%s is wanted here, not %s", want, got)
}

func wanted(t reflect.Type) string {
	switch k := t.Kind(); {
	case k >= reflect.Int && k <= reflect.Uintptr:
		return "a whole number"
	case k == reflect.Float32 || k == reflect.Float64:
		return "a number"
	case k == reflect.Bool:
		return "true or false"
	case k == reflect.Slice || k == reflect.Array:
		return "a list"
	case k == reflect.Map || k == reflect.Struct:
		return "an object"
	}
	return "text"
}
