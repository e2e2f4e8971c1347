// Package forge keeps one comment on a pull request of GitHub or a merge request of GitLab up to date. Start
// with GitHub or GitLab, and Put.
package forge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Thread is the comments of one request. Fields are set before use; it is safe for concurrent use.
type Thread struct {
	list   string            // address of the comments, to list and to add
	one    func(int) string  // address of one comment
	update string            // method of changing one
	header map[string]string // of every request
	limit  int               // of a comment, in bytes

	Transport http.RoundTripper                          // nil means http.DefaultTransport
	Sleep     func(context.Context, time.Duration) error // nil waits; a test passes its own
}

// GitHub is the comments of pull request n of a repository "owner/name". api is the address of the API, ""
// means GitHub's own.
func GitHub(api, repository string, n int, token llm.Secret) *Thread {
	if api == "" {
		api = "https://api.github.com"
	}
	base := strings.TrimSuffix(api, "/") + "/repos/" + repository + "/issues/"
	return &Thread{
		list: base + strconv.Itoa(n) + "/comments", one: func(id int) string { return base + "comments/" + strconv.Itoa(id) },
		update: http.MethodPatch, limit: 65_536,
		header: map[string]string{"Authorization": "Bearer " + token.Reveal(), "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
	}
}

// GitLab is the notes of merge request n of a project, a number or a path. api is the address of the API
// with its version, "" means gitlab.com's.
func GitLab(api, project string, n int, token llm.Secret) *Thread {
	if api == "" {
		api = "https://gitlab.com/api/v4"
	}
	list := strings.TrimSuffix(api, "/") + "/projects/" + strings.ReplaceAll(project, "/", "%2F") + "/merge_requests/" + strconv.Itoa(n) + "/notes"
	return &Thread{
		list: list, one: func(id int) string { return list + "/" + strconv.Itoa(id) },
		update: http.MethodPut, limit: 1_000_000, header: map[string]string{"PRIVATE-TOKEN": token.Reveal()},
	}
}

// comment is what both APIs say of one.
type comment struct {
	ID      int    `json:"id"`
	Body    string `json:"body"`
	Address string `json:"html_url"` // GitHub only
}

// Put makes body the one comment that begins with marker: it changes that, or adds one where there is none.
// It tells which of the two it did. A body that is too long for the server is cut between lines.
func (t *Thread) Put(ctx context.Context, marker, body string) (updated bool, err error) {
	body = Cut(body, t.limit)
	for try := 0; ; try++ {
		updated, err = t.put(ctx, marker, body)
		wait, again := retryAfter(err, try)
		if !again {
			return updated, err
		}
		if err := t.sleep(ctx, wait); err != nil {
			return false, err
		}
	}
}

// put looks for the comment anew each time: an answer that was lost may have been to a comment that is there.
func (t *Thread) put(ctx context.Context, marker, body string) (bool, error) {
	ids, err := t.find(ctx, marker)
	if err != nil {
		return false, err
	}
	payload := map[string]string{"body": body}
	for _, id := range ids {
		err := t.send(ctx, t.update, t.one(id), payload, nil)
		if s, ok := errors.AsType[*StatusError](err); !ok || s.Code != http.StatusForbidden && s.Code != http.StatusNotFound {
			return err == nil, err
		} // else it is somebody else's, who may have written the marker too, or was deleted
	}
	return false, t.send(ctx, http.MethodPost, t.list, payload, nil)
}

// maxPages bounds how many comments are looked at, 100 a page, and maxOthers how many with the marker are tried.
const (
	maxPages  = 50
	maxOthers = 20
)

// find lists the comments that begin with the marker, the oldest first.
func (t *Thread) find(ctx context.Context, marker string) (ids []int, err error) {
	const perPage = 100
	for page := 1; page <= maxPages; page++ {
		var list []comment
		if err := t.send(ctx, http.MethodGet, fmt.Sprintf("%s?per_page=%d&page=%d", t.list, perPage, page), nil, &list); err != nil {
			return nil, err
		}
		for _, c := range list {
			if strings.HasPrefix(c.Body, marker) && len(ids) < maxOthers {
				ids = append(ids, c.ID)
			}
		}
		if len(list) < perPage {
			break
		}
	}
	return ids, nil
}

// StatusError is an answer that is not a success.
type StatusError struct {
	Code  int
	Where string // method and address
	Says  string // the server's message, shortened
	After time.Duration
}

func (s *StatusError) Error() string {
	text := fmt.Sprintf("%s: HTTP %d", s.Where, s.Code)
	if s.Says != "" {
		text += ": " + s.Says
	}
	return text
}

// Hint says what may be wrong with the token.
func (s *StatusError) Hint() string {
	switch s.Code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return "the token needs the right to write comments: `permissions: {pull-requests: write}` on GitHub, a GITLAB_TOKEN with the scope api on GitLab"
	}
	return ""
}

// maxAnswer bounds an answer, in bytes: 100 comments of the largest size are below it.
const maxAnswer = 32 << 20

func (t *Thread) send(ctx context.Context, method, address string, payload, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	data, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(data))
	if err != nil {
		return diag.Errorf("the address of the API is none: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "llmops")
	for name, value := range t.header {
		req.Header.Set(name, value)
	}
	client := http.Client{Transport: t.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a redirect would carry the token elsewhere
	}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return statusError(resp, method+" "+address, body)
	case err != nil:
		return err
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s %s: malformed answer: %w", method, address, err)
	}
	return nil
}

func statusError(resp *http.Response, where string, body []byte) *StatusError {
	var m struct {
		Message any `json:"message"`
	}
	s := &StatusError{Code: resp.StatusCode, Where: where}
	if json.Unmarshal(body, &m) == nil && m.Message != nil {
		s.Says = fmt.Sprintf("%.200s", fmt.Sprint(m.Message))
	}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		s.After = time.Duration(seconds) * time.Second
	}
	return s
}
