package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// turn makes messages of a script: s system, u user, a assistant, c a call of a tool, r its result. Each has ten
// tokens.
func turn(script string) []llm.Message {
	var out []llm.Message
	for i, c := range script {
		text := fmt.Sprintf("%c%d", c, i)
		switch c {
		case 's':
			out = append(out, llm.Text(llm.RoleSystem, text))
		case 'u':
			out = append(out, llm.Text(llm.RoleUser, text))
		case 'a':
			out = append(out, llm.Text(llm.RoleAssistant, text))
		case 'c':
			out = append(out, llm.Message{Role: llm.RoleAssistant, Parts: []llm.Part{{ToolCall: &llm.ToolCall{ID: text, Name: text}}}})
		case 'r':
			out = append(out, llm.Message{Role: llm.RoleTool, Parts: []llm.Part{{ToolResult: &llm.ToolResult{ID: text, Content: text}}}})
		}
	}
	return out
}

// names writes messages as their script has them.
func names(messages []llm.Message) string {
	var list []string
	for _, m := range messages {
		switch p := m.Parts[0]; {
		case p.ToolCall != nil:
			list = append(list, p.ToolCall.ID)
		case p.ToolResult != nil:
			list = append(list, p.ToolResult.ID)
		default:
			list = append(list, strings.TrimSpace(m.Text()))
		}
	}
	return strings.Join(list, " ")
}

func tenEach(req *llm.Request) (int, int) { return 10 * len(req.Messages), 10 * len(req.Messages) }

// long makes a request longer than any that is surely short enough.
func long(script string) []llm.Message {
	m := turn(script)
	m[len(m)-1].Parts = append(m[len(m)-1].Parts, llm.Part{Text: strings.Repeat(" ", smallest)})
	return m
}

func windowed(strategy Strategy, context int, model llm.Model, rec Recorder) *Engine {
	return New(Config{
		Gateway: model, Ledger: rec,
		Window: &Window{Strategy: strategy, Reserve: 5, Limit: func(string) (int, int) { return context, 0 }, Count: tenEach},
	})
}

func TestTruncateOldest(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		room   int // messages
		want   string
	}{
		"fits":                               {"suau", 4, "s0 u1 a2 u3"},
		"the oldest turn goes":               {"suauau", 4, "s0 u3 a4 u5"},
		"two turns go":                       {"suauau", 3, "s0 u5"},
		"system messages in between stay":    {"suasuau", 5, "s0 s3 u4 a5 u6"},
		"an answer first goes with its turn": {"auau", 2, "u3"},
		"calls go with their results":        {"sucrauau", 4, "s0 u5 a6 u7"},
		"what follows the last user stays":   {"uaucr", 3, "u2 c3 r4"},
		"old exchanges of the last turn go":  {"ucrcrcr", 3, "u0 c5 r6"},
		"turns go before exchanges":          {"uaucrcr", 5, "u2 c3 r4 c5 r6"},
	} {
		t.Run(name, func(t *testing.T) {
			var sent []llm.Message
			eng := windowed(TruncateOldest, 10*c.room+5, llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
				sent = req.Messages
				return &llm.Response{Parts: []llm.Part{{Text: "ok"}}}, nil
			}), nil)
			res, err := eng.Generate(t.Context(), Call{Request: llm.Request{Model: "p/m", Messages: long(c.script)}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, names(sent)); diff != "" {
				t.Error(diff)
			}
			if gone := len(c.script) - len(sent); (res.Cut != nil) != (gone > 0) || gone > 0 && (res.Cut.Messages != gone || res.Cut.Tokens-res.Cut.Left != 10*gone) {
				t.Errorf("%d messages are gone, and the result says %v", gone, res.Cut)
			}
		})
	}
}

func TestWhatCannotBeShortened(t *testing.T) {
	for name, c := range map[string]struct {
		strategy Strategy
		script   string
		room     int
	}{
		"error":                         {WindowError, "suau", 3},
		"no strategy":                   {"", "suau", 3},
		"what has to stay is too long":  {TruncateOldest, "ssuau", 2},
		"the newest exchange stays too": {TruncateOldest, "ucr", 2},
	} {
		t.Run(name, func(t *testing.T) {
			rec := &records{}
			eng := windowed(c.strategy, 10*c.room+5, llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
				t.Error("sent")
				return &llm.Response{}, nil
			}), rec)
			call := Call{Request: llm.Request{Model: "p/m", Messages: long(c.script)}}
			_, err := eng.Generate(t.Context(), call)
			if !errors.Is(err, llm.ErrContextWindow) || !strings.Contains(err.Error(), "tokens") {
				t.Errorf("error %v", err)
			}
			if err := eng.Check(t.Context(), call); (c.strategy == TruncateOldest) == (err != nil) {
				t.Errorf("check: %v", err)
			}
		})
	}
}

type records struct{ list []ledger.Record }

func (r *records) Append(_ context.Context, rec ledger.Record) error {
	r.list = append(r.list, rec)
	return nil
}

func TestSummarize(t *testing.T) {
	rec := &records{}
	var asked []*llm.Request
	model := llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		asked = append(asked, req)
		return &llm.Response{Parts: []llm.Part{{Text: "They spoke of u1."}}}, nil
	})
	eng := windowed(Summarize, 30+5+summaryTokens, model, rec)
	res, err := eng.Generate(t.Context(), Call{Request: llm.Request{Model: "p/m", Messages: long("sucrauau" + strings.Repeat("au", 30))}})
	if err != nil || len(asked) != 2 || len(rec.list) != 2 {
		t.Fatalf("%v; %d calls, %d records", err, len(asked), len(rec.list))
	}
	if text := asked[0].Messages[1].Text(); !strings.Contains(text, "user: u1\n") || !strings.Contains(text, "assistant calls c2()") || strings.Contains(text, "s0") {
		t.Errorf("the summary is asked of %q", text)
	}
	last := asked[1].Messages
	if len(last) != 2 || last[0].Text() != "s0" || !strings.HasPrefix(last[1].Text(), "Summary of the earlier conversation:\nThey spoke of u1.\n\nu67") {
		t.Errorf("asked %q", names(last))
	}
	if res.Cut == nil || res.Cut.Messages != 66 {
		t.Errorf("cut %v", res.Cut)
	}
	if first := turn("u")[0]; len(first.Parts) != 1 {
		t.Error("the caller's message was changed")
	}
}

// A summary is asked for with temperature 0, and of a model that refuses any without one.
func TestSummaryOfAModelWithoutTemperature(t *testing.T) {
	var set []bool
	model := llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		set = append(set, req.Temperature != nil)
		if req.Temperature != nil {
			return nil, &llm.Error{Kind: llm.KindInvalid, Status: 400, Message: "temperature is not supported with this model"}
		}
		return &llm.Response{Parts: []llm.Part{{Text: "They spoke of u1."}}}, nil
	})
	eng := windowed(Summarize, 30+5+summaryTokens, model, nil)
	_, err := eng.Generate(t.Context(), Call{Request: llm.Request{Model: "p/m", Messages: long("sucrauau" + strings.Repeat("au", 30))}})
	if want := []bool{true, false, false}; err != nil || !slices.Equal(set, want) {
		t.Errorf("error %v; asked with a temperature: %v; want %v", err, set, want)
	}
}

func TestASummaryThatFailsFailsTheCall(t *testing.T) {
	for name, answer := range map[string]func() (*llm.Response, error){
		"error": func() (*llm.Response, error) { return nil, &llm.Error{Kind: llm.KindServer} },
		"empty": func() (*llm.Response, error) { return &llm.Response{}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			eng := windowed(Summarize, 20+summaryTokens, llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) { return answer() }), nil)
			_, err := eng.Generate(t.Context(), Call{Request: llm.Request{Model: "p/m", Messages: long(strings.Repeat("ua", 60) + "u")}})
			var e *llm.Error
			if !errors.As(err, &e) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestALongerModelStandsReady(t *testing.T) {
	sent := 0
	eng := New(Config{
		Gateway: llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) { sent++; return &llm.Response{}, nil }),
		Window:  &Window{Limit: func(string) (int, int) { return 20, 0 }, Count: tenEach, Elsewhere: func(ref string) bool { return ref == "p/m" }},
	})
	for ref, want := range map[string]int{"p/m": 1, "p/n": 0} {
		sent = 0
		_, err := eng.Generate(t.Context(), Call{Request: llm.Request{Model: ref, Messages: long("uauau")}})
		if sent != want || (want == 0) != errors.Is(err, llm.ErrContextWindow) {
			t.Errorf("%s: sent %d times, error %v", ref, sent, err)
		}
	}
}

// charges counts a token for each four bytes of text.
func charges(req *llm.Request) (int, int) {
	n := 0
	for _, m := range req.Messages {
		n += len(m.Text())/4 + 1
	}
	return n, n
}

// What is longer than the model that sums it up takes is summed up in pieces, each with the summary of those before; no
// request is longer than its model takes, whatever a summary's length, and each piece is in one of them.
func TestSummariesArePiecedTogether(t *testing.T) {
	const window = 2000
	for name, summary := range map[string]string{"short": "They counted.", "longer than asked for": strings.Repeat("blah ", 1100)} {
		t.Run(name, func(t *testing.T) {
			var messages []llm.Message
			for i := range 120 {
				messages = append(messages, llm.Text(llm.RoleUser, fmt.Sprintf("<%d> %s", i, strings.Repeat("é", 80))), llm.Text(llm.RoleAssistant, strings.Repeat("ok ", 30)))
			}
			messages = append(messages, llm.Text(llm.RoleUser, "last"))
			var asked []*llm.Request
			rec := &records{}
			one := llm.Money(5)
			eng := New(Config{
				Ledger: rec, Aliases: map[string]Alias{"short": {Model: "p/short"}}, Price: func(string, *llm.Usage) *llm.Money { return &one },
				Gateway: llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
					asked = append(asked, req)
					return &llm.Response{Parts: []llm.Part{{Text: summary}}, Usage: &llm.Usage{Output: 1}}, nil
				}),
				Window: &Window{
					Strategy: Summarize, Reserve: 200, Limit: func(string) (int, int) { return window, 0 }, Count: charges, Model: "short",
				},
			})
			res, err := eng.Generate(t.Context(), Call{Request: llm.Request{Model: "p/m", Messages: messages}})
			if err != nil {
				t.Fatal(err)
			}
			seen := ""
			for i, req := range asked {
				if n, _ := charges(req); n > window-req.MaxTokens {
					t.Errorf("request %d has %d tokens", i, n)
				}
				if i < len(asked)-1 && (req.Model != "p/short" || i > 0 != strings.Contains(req.Messages[1].Text(), summary[:10])) {
					t.Errorf("request %d asks %s without what came before", i, req.Model)
				}
				for _, m := range req.Messages {
					seen += m.Text()
				}
			}
			for i := range 120 {
				if strings.Count(seen, fmt.Sprintf("<%d>", i)) != 1 {
					t.Errorf("message %d is there %d times", i, strings.Count(seen, fmt.Sprintf("<%d>", i)))
				}
			}
			if len(asked) < 4 || len(asked) > 20 || len(rec.list) != len(asked) || res.Extra == nil || *res.Extra != llm.Money(5*(len(asked)-1)) {
				t.Errorf("%d requests, %d records, beside costs %v", len(asked), len(rec.list), res.Extra)
			}
		})
	}
}

// Whatever is dropped, what must stay is there, in order, and no result is without its call.
func TestDropProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		script := rapid.SliceOfN(rapid.SampledFrom([]string{"s", "u", "a", "cr", "crr"}), 1, 30).Draw(t, "script")
		messages := turn(strings.Join(script, ""))
		c := newConversation(messages)
		for range rapid.IntRange(0, 40).Draw(t, "drops") {
			c.drop()
		}
		left := names(c.left())
		lastUser := ""
		for _, m := range messages {
			if m.Role == llm.RoleSystem && !strings.Contains(" "+left+" ", " "+m.Text()+" ") {
				t.Fatalf("%s is gone from %q", m.Text(), left)
			}
			if m.Role == llm.RoleUser {
				lastUser = m.Text()
			}
		}
		if lastUser != "" && !strings.Contains(" "+left+" ", " "+lastUser+" ") {
			t.Fatalf("the last user message %s is gone from %q", lastUser, left)
		}
		if len(c.left())+len(c.dropped()) != len(messages) {
			t.Fatal("a message is in neither part")
		}
		open := false
		for i, m := range messages {
			switch {
			case m.Role == llm.RoleTool && c.gone[i] != open:
				t.Fatalf("a result and its call are parted in %q", left)
			case m.Role == llm.RoleAssistant && m.Parts[0].ToolCall != nil:
				open = c.gone[i]
			}
		}
	})
}
