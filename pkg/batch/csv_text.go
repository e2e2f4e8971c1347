package batch

import (
	"io"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// rowText keeps the text of the row that a CSV reader is at. A quote that is never closed makes all that
// follows one row, which is refused when it is longer than a line may be.
type rowText struct {
	from  io.Reader
	text  []byte // from start on
	start int64  // offset of text in the input
}

// Read passes on what it keeps.
func (t *rowText) Read(b []byte) (int, error) {
	if len(t.text) > jsonlines.MaxLine {
		return 0, diag.Errorf("the row is longer than %d MiB", jsonlines.MaxLine>>20).WithHint("is there a quote that is not closed?")
	}
	n, err := t.from.Read(b)
	t.text = append(t.text, b[:n]...)
	return n, err
}

// begin drops what stands before an offset.
func (t *rowText) begin(offset int64) {
	t.text = append(t.text[:0], t.text[offset-t.start:]...)
	t.start = offset
}

// until gives the text up to an offset.
func (t *rowText) until(offset int64) []byte { return t.text[:offset-t.start] }
