package llm_test

import (
	"encoding/json"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestStandIn(t *testing.T) {
	for name, c := range map[string]struct {
		resp *llm.Response
		json string
		text string
	}{
		"no response":     {nil, `{}`, ""},
		"itself":          {&llm.Response{Ref: "a/m"}, `{}`, ""},
		"after a failure": {&llm.Response{Ref: "a/2", Why: "a/1: server"}, `{}`, ""}, // another deployment of the same model
		"another": {
			&llm.Response{Ref: "b/m", Substitute: true, Why: "a/m: server"},
			`{"answered_by":"b/m","why":"a/m: server"}`, "b/m answered in place of a/m: server",
		},
		"a text": {
			&llm.Response{Ref: "static", Substitute: true, Static: true, Why: "a/m: quota; b/m: timeout"},
			`{"answered_by":"static","why":"a/m: quota; b/m: timeout"}`, "a static text answered in place of a/m: quota; b/m: timeout",
		},
		"a text and nothing before": {&llm.Response{Static: true}, `{"answered_by":"static"}`, "a static text answered in place of the model"},
	} {
		in := c.resp.StandIn()
		if b, err := json.Marshal(in); err != nil || string(b) != c.json || in.String() != c.text {
			t.Errorf("%s: %s, %q, %v; want %s, %q", name, b, in, err, c.json, c.text)
		}
	}
}

func TestStandInsCount(t *testing.T) {
	var c llm.StandIns
	if c.Any() != nil || c.Sentence("a/m") != "" || c.Share() != 0 || c.Static() != 0 {
		t.Errorf("nothing counted: %v %q %v", c.Any(), c.Sentence("a/m"), c.Share())
	}
	for range 1500 {
		c.Add(llm.StandIn{})
	}
	c.Add(llm.StandIn{AnsweredBy: "b/m"})
	if want, got := "1 of 1,501 answers is not by the model that was asked: 1 by b/m", c.Sentence(""); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	kept := c.Any()
	c.Add(llm.StandIn{AnsweredBy: "a/m"})
	c.Add(llm.StandIn{AnsweredBy: llm.StaticRef})
	c.Add(llm.StandIn{AnsweredBy: llm.StaticRef})
	if want, got := "4 of 1,504 answers are not by x/m: 2 static, 1 by a/m, 1 by b/m", c.Sentence("x/m"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if kept.Answers != 1 || len(kept.By) != 1 || c.Static() != 2 || c.Share() != 4./1504 {
		t.Errorf("kept %+v, static %d, share %v", kept, c.Static(), c.Share())
	}
	var none *llm.StandIns
	if none.Any() != nil || none.Static() != 0 || none.Share() != 0 || none.Sentence("") != "" {
		t.Error("nil counts something")
	}
}
