package eval

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// lean reads the numbers of records as this program writes them. What it meets and does not expect (a key
// that is spelled another way, an escape in a name, spaces, a number of another form) it leaves to
// encoding/json, which decides whether it is right and what it means.
type lean struct {
	names map[string]string // strings that come again and again: metrics, tags, hashes of scorers
	rec   Record
	in    []byte
	at    int
}

// errUnexpected makes a line go to encoding/json.
var errUnexpected = errors.New("not as written here")

// record reads a line. The result is used again for the next one.
func (l *lean) record(line []byte) (*Record, error) {
	scores := l.rec.Scores
	clear(scores)
	l.rec = Record{Scores: scores}
	if l.rec.Scores == nil {
		l.rec.Scores = map[string]Score{}
	}
	l.in, l.at = bytes.TrimSuffix(line, []byte("\n")), 0
	if l.object(l.field) == nil && l.at == len(l.in) && l.rec.Case != "" {
		return &l.rec, nil
	}
	rec := new(Record)
	return rec, json.Unmarshal(line, rec)
}

// caseOf reads the case of a line and stops. ok is false where it does not stand where it is expected.
func (l *lean) caseOf(line []byte) (id string, ok bool) {
	l.in, l.at = line, 0
	_ = l.object(func(key []byte) error {
		if string(key) == "case" {
			text, err := l.text()
			id, ok = string(text), err == nil
			return errUnexpected // enough is known
		}
		return l.skip()
	})
	return id, ok
}

func (l *lean) field(key []byte) (err error) {
	r := &l.rec
	switch string(key) {
	case "case":
		var id []byte
		id, err = l.text()
		r.Case = string(id)
	case "hash":
		var hash []byte
		hash, err = l.text()
		r.Hash = string(hash)
	case "scores":
		return l.object(l.score)
	case "usage":
		r.Usage, err = l.usage()
	case "cost_usd":
		r.Cost, err = l.cost()
	case "seq":
		r.Seq, err = l.int()
	case "repeat":
		r.Repeat, err = l.int()
	case "attempts":
		r.Attempts, err = l.int()
	case "latency_ms":
		r.Latency, err = l.millis()
	case "ttft_ms":
		r.TTFT, err = l.millis()
	case "tags":
		r.Tags, err = l.list()
	case "cluster":
		r.Cluster, err = l.name()
	case "weight":
		var w float64
		w, err = l.float()
		r.Weight = &w
	case "required":
		r.Required, err = l.bool()
	case "error":
		r.Error = &Failure{}
		return l.object(func([]byte) error { return l.skipText() })
	case "answered_by":
		r.AnsweredBy, err = l.name()
	case "output", "finish_reason", "model", "why", "trace_id", "expected_intent":
		return l.skipText()
	case "expected", "parts":
		return l.skip()
	default: // another spelling of one of these, or a newer record
		return errUnexpected
	}
	return err
}

func (l *lean) score(metric []byte) error {
	name := l.keep(metric)
	if _, twice := l.rec.Scores[name]; twice {
		return errUnexpected
	}
	var s Score
	err := l.object(func(key []byte) (err error) {
		switch string(key) {
		case "value":
			if l.null() {
				return nil
			}
			var v float64
			v, err = l.float()
			s.Value = &v
		case "pass":
			s.Pass, err = l.bool()
		case "why":
			err = l.skipText()
		case "unscored":
			var why []byte
			why, err = l.text()
			s.Unscored = l.keep(why)
		default:
			return errUnexpected
		}
		return err
	})
	l.rec.Scores[name] = s
	return err
}

func (l *lean) usage() (*llm.Usage, error) {
	if l.null() {
		return nil, nil
	}
	var input int64
	u, seen := new(llm.Usage), 0
	err := l.object(func(key []byte) error {
		n, err := l.int()
		switch string(key) {
		case "input_tokens":
			input, seen = int64(n), seen|1
		case "output_tokens":
			u.Output, seen = int64(n), seen|2
		case "cache_read_tokens":
			u.CacheRead = int64(n)
		case "cache_write_tokens":
			u.CacheWrite = int64(n)
		case "cache_write_1h_tokens":
			u.CacheWrite1h = int64(n)
		case "reasoning_tokens":
			u.Reasoning = int64(n)
		case "uncached_input_tokens":
		default:
			return errUnexpected
		}
		return err
	})
	u.UncachedInput = input - u.CacheRead - u.CacheWrite - u.CacheWrite1h
	if seen != 3 || min(u.UncachedInput, u.Output-u.Reasoning) < 0 {
		return nil, errUnexpected
	}
	return u, err
}

// cost reads dollars with at most nine digits behind the point, as llm.Money writes them.
func (l *lean) cost() (*llm.Money, error) {
	if l.null() {
		return nil, nil
	}
	text := l.number()
	whole, fraction, _ := bytes.Cut(text, []byte("."))
	if len(text) == 0 || len(whole) == 0 || len(whole) > 9 || len(fraction) > 9 {
		return nil, errUnexpected
	}
	nanos, digits := int64(0), append(append(make([]byte, 0, 18), whole...), fraction...)
	for _, d := range digits {
		if d < '0' || d > '9' {
			return nil, errUnexpected
		}
		nanos = nanos*10 + int64(d-'0')
	}
	for range 9 - len(fraction) {
		nanos *= 10
	}
	m := llm.Money(nanos)
	return &m, nil
}

func (l *lean) millis() (Millis, error) {
	ms, err := l.float()
	return Millis(ms * 1e6), err
}

func (l *lean) list() ([]string, error) {
	if !l.byte('[') {
		return nil, errUnexpected
	}
	list := []string{}
	for !l.byte(']') {
		if len(list) > 0 && !l.byte(',') {
			return nil, errUnexpected
		}
		name, err := l.name()
		if err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, nil
}

func (l *lean) name() (string, error) {
	text, err := l.text()
	return l.keep(text), err
}

// keep gives a string that is shared by all who need the same.
func (l *lean) keep(b []byte) string {
	if s, ok := l.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(l.names) < 10_000 {
		l.names[s] = s
	}
	return s
}
