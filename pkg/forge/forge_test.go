package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// A comment of somebody else that begins with the marker does not make each run add another one.
func TestPutPassesOverAForeignComment(t *testing.T) {
	comments := []comment{{ID: 1, Body: "<!-- m --> looks good"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in comment
		_ = json.NewDecoder(r.Body).Decode(&in)
		switch {
		case r.Method == http.MethodGet:
			_ = json.NewEncoder(w).Encode(comments)
		case r.Method == http.MethodPost:
			comments = append(comments, comment{ID: len(comments) + 1, Body: in.Body})
		default:
			var id int
			if _, err := fmt.Sscanf(r.URL.Path, "/repos/o/r/issues/comments/%d", &id); err != nil || id == 1 {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			comments[id-1].Body = in.Body
		}
	}))
	defer server.Close()
	thread := GitHub(server.URL, "o/r", 7, llm.NewSecret("t"))
	for i, want := range []bool{false, true, true} {
		body := fmt.Sprintf("<!-- m -->\nrun %d", i)
		if updated, err := thread.Put(t.Context(), "<!-- m -->", body); err != nil || updated != want {
			t.Fatalf("run %d: updated %v, %v", i, updated, err)
		}
		if len(comments) != 2 || comments[1].Body != body {
			t.Fatalf("run %d: %+v", i, comments)
		}
	}
}
