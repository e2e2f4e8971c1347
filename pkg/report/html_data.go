package report

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

const (
	pageSchema = "llmops.eval.page/v1"
	pageText   = 96 << 20 // bytes of answers that a page aims to stay below
	minText    = 1 << 10  // but each answer keeps this much
	maxText    = 32 << 10 // and no more than this
)

// pageHead is what the page knows of the runs as wholes.
type pageHead struct {
	Schema  string    `json:"schema"`
	Metrics []string  `json:"metrics"`
	Limit   int       `json:"limit,omitempty"` // characters that answers are cut to; absent when none is
	Runs    []pageRun `json:"runs"`
}

type pageRun struct {
	Name    string      `json:"name"`
	Prompt  string      `json:"prompt,omitempty"`
	Started string      `json:"started,omitempty"`
	Commit  string      `json:"commit,omitempty"`
	Answers string      `json:"answers,omitempty"`
	Judges  string      `json:"judges,omitempty"`
	Others  string      `json:"others,omitempty"` // who stood in for the model, as a sentence
	Notes   [][]string  `json:"notes"`            // of the metrics of Result, in their order
	Result  eval.Result `json:"result"`
	Gate    *pageGate   `json:"gate,omitempty"`
}

// pageData writes the data as JSON in script elements that nothing runs: one for the runs as wholes, and
// for each run one with its records, as they are read. encoding/json writes <, >, & and the line ends of
// JavaScript as \u escapes, and U+FFFD for what is not UTF-8, so that no text can end its element.
func pageData(out *bufio.Writer, runs []Run) error {
	head := pageHead{Schema: pageSchema, Metrics: append([]string{}, metricNames(runs)...)}
	index := map[string]int{}
	for i, name := range head.Metrics {
		index[name] = i
	}
	records := 0
	for _, r := range runs {
		head.Runs = append(head.Runs, r.page())
		records += r.Outcome.Result.Cases * max(1, r.Outcome.Info.Repeat)
	}
	limit := min(maxText, max(minText, pageText/max(1, records)))
	cut := false
	for i, r := range runs {
		_, _ = fmt.Fprintf(out, "<script type=\"application/json\" data-run=\"%d\">[", i)
		if err := r.pageRecords(out, index, limit, &cut); err != nil {
			return err
		}
		_, _ = out.WriteString("]</script>\n")
	}
	if cut {
		head.Limit = limit
	}
	text, err := json.Marshal(head)
	_, _ = fmt.Fprintf(out, "<script type=\"application/json\" id=\"head\">%s</script>\n", text)
	return err
}

func (r Run) page() pageRun {
	info := r.Outcome.Info
	p := pageRun{
		Name: cmp.Or(info.RunID().Cell, info.Tag, info.ID), Commit: info.Commit, Answers: r.Answers,
		Judges: judges(r.Outcome.Result, strings.Clone), Others: standIns(r.Outcome.Result), Result: r.Outcome.Result, Gate: r.Gate.page(),
	}
	for _, m := range r.Outcome.Result.Metrics {
		p.Notes = append(p.Notes, append([]string{}, notes(m, info.Repeat, strings.Clone)...))
	}
	if info.Prompt != nil {
		p.Prompt = prompt(info.Prompt)
	}
	if !info.Started.IsZero() {
		p.Started = info.Started.UTC().Format("2 Jan 2006 15:04 UTC")
	}
	return p
}

// pageRecord is a record as the page reads it. Null stands for what is not known.
type pageRecord struct {
	Case     string            `json:"case"`
	Repeat   int               `json:"repeat"`
	Tags     []string          `json:"tags,omitempty"`
	Input    string            `json:"input,omitempty"`
	Expected *string           `json:"expected,omitempty"`
	Output   string            `json:"output"`
	Cut      int               `json:"cut,omitempty"`    // characters that are left out of Output
	Static   bool              `json:"static,omitempty"` // no model answered
	Error    *eval.Failure     `json:"error,omitempty"`
	Finish   string            `json:"finish,omitempty"`
	By       string            `json:"by,omitempty"` // who answered in place of the model, and why
	Scores   map[int]pageScore `json:"scores"`       // by the metric's index
	Latency  eval.Millis       `json:"latency"`
	In       *int64            `json:"in"`
	Out      *int64            `json:"out"`
	Cost     *llm.Money        `json:"cost"`
}

type pageScore struct {
	Value    *float64 `json:"value"`
	Pass     bool     `json:"pass"`
	Why      string   `json:"why,omitempty"`
	Unscored *string  `json:"unscored,omitempty"`
}

func (r Run) pageRecords(out *bufio.Writer, index map[string]int, limit int, cut *bool) error {
	input, done := r.inputs()
	defer done()
	between := "\n"
	for rec, err := range r.records() {
		if err != nil {
			return err
		}
		p := newPageRecord(rec, index, limit)
		p.Input, _ = clip(input(rec), limit)
		*cut = *cut || p.Cut > 0
		text, err := json.Marshal(p)
		if err != nil {
			return err
		}
		_, _ = out.WriteString(between)
		_, _ = out.Write(text)
		between = ",\n"
	}
	return nil
}

func newPageRecord(rec *eval.Record, index map[string]int, limit int) pageRecord {
	p := pageRecord{
		Case: rec.Case, Repeat: rec.Repeat, Tags: rec.Tags, Error: rec.Error, Finish: string(rec.FinishReason), By: rec.StandIn.String(), Static: rec.Static(),
		Scores: map[int]pageScore{}, Latency: rec.Latency, Cost: rec.Cost,
	}
	p.Output, p.Cut = clip(rec.Output, limit)
	if want := expected(rec); want != "" {
		want, _ = clip(want, limit)
		p.Expected = &want
	}
	if u := rec.Usage; u != nil {
		in := u.Input()
		p.In, p.Out = &in, &u.Output
	}
	for name, s := range rec.Scores {
		score := pageScore{Value: s.Value, Pass: s.Pass}
		score.Why, _ = clip(s.Why, limit)
		if s.Unscored != "" {
			score.Unscored = &s.Unscored
		}
		if i, known := index[name]; known {
			p.Scores[i] = score
		}
	}
	return p
}

// clip cuts a text to a number of bytes, between two characters, and counts the characters it leaves out.
func clip(s string, limit int) (string, int) {
	if len(s) <= limit {
		return s, 0
	}
	end := limit
	for end > 0 && s[end]&0xc0 == 0x80 { // inside a character
		end--
	}
	return s[:end], len([]rune(s[end:]))
}
