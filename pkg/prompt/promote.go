package prompt

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Promotion moves a label to a version.
type Promotion struct {
	Name    string
	Version string // a version, or whatever may stand behind name@
	Label   string
	Why     string    // goes into the history
	Eval    string    // the passing eval run of this version; a protected label needs one
	Now     time.Time // goes into the history
}

// Promote points a label at a version, and adds a line to the history of labels.yaml. The version must
// exist and be sound; a label that is protected moves only with an eval run.
func (e *Editor) Promote(p Promotion) (*Move, error) {
	if err := checkLabel(p.Label); err != nil {
		return nil, err
	}
	v, err := e.Resolve(p.Name + "@" + p.Version)
	if err != nil {
		return nil, err
	}
	var done *Move
	err = e.changeLabels(func(l *Labels) (*Move, error) {
		from := l.Of[v.Name][p.Label]
		if from == v.Version {
			return nil, diag.Errorf("label %s of %s points to %s already", p.Label, v.Name, v.Version)
		}
		if slices.Contains(l.Protected, p.Label) && p.Eval == "" {
			return nil, diag.Errorf("label %s is protected: it moves to %s only after a passing eval run of that version", p.Label, v.Ref()).
				WithHint("pass --require-eval SUITE")
		}
		done = &Move{At: p.Now.UTC(), Prompt: v.Name, Label: p.Label, From: from, To: v.Version, Why: p.Why, Eval: p.Eval}
		return done, nil
	})
	return done, err
}

// Rollback points a label back to where it was before it came to where it is; doing it again goes back
// further. A protected label may be rolled back without an eval run: it stood there before.
func (e *Editor) Rollback(name, label, why string, now time.Time) (*Move, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	if err := checkLabel(label); err != nil {
		return nil, err
	}
	var done *Move
	err := e.changeLabels(func(l *Labels) (*Move, error) {
		current, ok := l.Of[name][label]
		if !ok {
			return nil, diag.At(l.path, 0, 0, "prompt %s has no label %s", name, label)
		}
		before := l.before(name, label, current)
		if before == "" {
			return nil, diag.At(l.path, 0, 0, "the history of label %s of %s begins with %s: there is nothing to go back to", label, name, current)
		}
		if _, err := e.ResolveVersion(name, before); err != nil {
			return nil, err
		}
		done = &Move{At: now.UTC(), Prompt: name, Label: label, From: current, To: before, Why: why, Rollback: true}
		return done, nil
	})
	return done, err
}

// before replays the history as a stack: a promotion goes on top, a rollback takes the top off.
func (l *Labels) before(name, label, current string) string {
	var stack []string
	for _, m := range l.History {
		if m.Prompt != name || m.Label != label {
			continue
		}
		if len(stack) == 0 && m.From != "" {
			stack = append(stack, m.From)
		}
		if m.Rollback && len(stack) > 1 {
			stack = stack[:len(stack)-1]
		} else if !m.Rollback {
			stack = append(stack, m.To)
		}
	}
	if n := len(stack); n > 0 && stack[n-1] == current {
		stack = stack[:n-1]
	}
	if len(stack) == 0 {
		return ""
	}
	return stack[len(stack)-1]
}

func checkLabel(label string) error {
	if validLabel(label) {
		return nil
	}
	return diag.Errorf("%.60q is not a label", label).WithHint("labels are lower-case words with dashes, not %q and not a version", Latest)
}

// changeLabels lets decide look at the labels and writes the move that it decides on. Comments and order
// of the file stay.
func (e *Editor) changeLabels(decide func(*Labels) (*Move, error)) error {
	return e.update(labelsFile, func(old []byte) ([]byte, error) {
		l, err := parseLabels(e.shown(labelsFile), old)
		if err != nil {
			return nil, err
		}
		m, err := decide(l)
		if err != nil {
			return nil, err
		}
		return applyMove(old, m)
	})
}

func applyMove(old []byte, m *Move) ([]byte, error) {
	text, standIn := hideQuestions(toLF(string(old)))
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, err
	}
	showQuestions(&doc, standIn, 0)
	comments := ""
	if onlyComments(text) { // of which the parser keeps nothing
		comments = ensureLine(text)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		doc = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}, HeadComment: doc.HeadComment, FootComment: doc.FootComment}
	}
	top := doc.Content[0]
	of := child(child(top, "labels", yaml.MappingNode), m.Prompt, yaml.MappingNode)
	*child(of, m.Label, yaml.ScalarNode) = *textNode(m.To)
	history := child(top, "history", yaml.SequenceNode)
	history.Content = append(history.Content, m.node())
	out, err := encode(&doc)
	return append([]byte(comments), out...), err
}

func onlyComments(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return false
		}
	}
	return true
}

// child finds the value of a key, or adds one of this kind.
func child(n *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			v := n.Content[i+1]
			if v.Kind == yaml.ScalarNode && kind != yaml.ScalarNode { // "labels:" with nothing behind it
				*v = yaml.Node{Kind: kind}
			}
			return v
		}
	}
	v := &yaml.Node{Kind: kind}
	n.Content = append(n.Content, textNode(key), v)
	return v
}

// node writes a move as one line.
func (m *Move) node() *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	put := func(key, value string) {
		if value != "" {
			n.Content = append(n.Content, textNode(key), textNode(value))
		}
	}
	put("at", m.At.Format(time.RFC3339))
	put("prompt", m.Prompt)
	put("label", m.Label)
	put("from", m.From)
	put("to", m.To)
	put("why", m.Why)
	put("eval", m.Eval)
	if m.Rollback {
		n.Content = append(n.Content, textNode("rollback"), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
	}
	return n
}

func (m Move) String() string {
	return fmt.Sprintf("%s %s: %s → %s", m.Prompt, m.Label, m.From, m.To)
}
