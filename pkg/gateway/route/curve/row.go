package curve

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
)

// row is one prompt as it stands in the file.
type row struct {
	names   []string // of columns
	cells   []string
	ordered bool     // the order of names is the file's
	notText []string // names of JSON values that are no strings

	fail func(column, format string, args ...any) *diag.Error // an error at the row, or at one of its cells
}

func (r row) cell(name string) string {
	if i := slices.Index(r.names, name); i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

func (r row) item(c Columns) (item Item, err error) {
	item = Item{
		Prompt: r.cell("prompt"), Complexity: route.Level(strings.ToLower(strings.TrimSpace(r.cell("complexity")))),
		WeakAnswer: r.cell(c.Weak + response), StrongAnswer: r.cell(c.Strong + response),
	}
	switch {
	case slices.Contains(r.notText, "prompt"):
		return item, r.fail("prompt", "the prompt is not a text")
	case !utf8.ValidString(item.Prompt):
		return item, r.fail("prompt", "the prompt is not UTF-8")
	case strings.TrimSpace(item.Prompt) == "":
		return item, r.fail("prompt", "the prompt is empty")
	}
	if l := item.Complexity; l != "" && !slices.Contains(route.Levels(), l) {
		return item, r.fail("complexity", "complexity is %.40q", r.cell("complexity")).WithHint("simple, medium or complex")
	}
	if item.Weak, err = r.quality(c.Weak); err != nil {
		return item, err
	}
	item.Strong, err = r.quality(c.Strong)
	return item, err
}

// quality reads true, false or a number.
func (r row) quality(column string) (float64, error) {
	text := strings.TrimSpace(r.cell(column))
	switch strings.ToLower(text) {
	case "true":
		return 1, nil
	case "false":
		return 0, nil
	case "":
		return 0, r.fail(column, "%s is empty", column).WithHint("true, false or a number")
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 1e9 {
		return 0, r.fail(column, "%s is neither true, false nor a number", column)
	}
	return v, nil
}
