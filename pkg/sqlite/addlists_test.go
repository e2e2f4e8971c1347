package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

func TestAddLists(t *testing.T) {
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, c := range []struct {
		a, b any
		want string // "" for an error
	}{
		{"1 2", "10 -2", "11 0"},
		{"-9223372036854775807 5", "0 -6", "-9223372036854775807 -1"},
		{"7", "8", "15"},
		{"1 2", "1", ""},
		{"", "", ""},
		{"1 ", "1 ", ""},
		{"a", "1", ""},
		{"1", nil, ""},
		{1, 2, ""},
	} {
		var got string
		err := db.QueryRow(`SELECT add_lists(?, ?)`, c.a, c.b).Scan(&got)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%v and %v: %q, %v; want %q", c.a, c.b, got, err, c.want)
		}
	}
}
