package wire

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"
)

// asksForLines tells whether the request wants a file of JSON lines, as the results of a batch are: by the
// Accept header that Anthropic's own clients send for them.
func asksForLines(req *http.Request) bool {
	return strings.Contains(req.Header.Get("Accept"), "application/x-jsonl")
}

// maxFile caps a file of lines, when Config.MaxBytes does not.
const maxFile = 16 << 30

// file hands on a file as it comes. A file has no terminal marker: who reads it must know by other means
// how many lines there are to be.
func (x *exchange) file() (*http.Response, error) {
	plain, err := x.decompressed()
	if err != nil {
		return nil, x.end(err)
	}
	body := bufio.NewReaderSize(plain, 64<<10)
	first, err := skipBlank(body)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, x.end(x.cut(err, false))
	case first == '<':
		return nil, x.end(x.wrongForm(body, "no JSON lines"))
	}
	return x.answer(&fileBody{x, body}, "application/x-jsonl", -1), nil
}

// fileBody is the file's body: every end but the one that the server has announced is an *llm.Error.
type fileBody struct {
	x    *exchange
	body io.Reader
}

func (f *fileBody) Read(p []byte) (int, error) {
	n, err := f.body.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = f.x.cut(err, true)
	}
	return n, err
}

func (f *fileBody) Close() error { return f.x.end(nil) }
