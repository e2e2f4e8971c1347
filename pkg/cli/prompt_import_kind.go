package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// importKind finds out what a file is, by its name and, for JSON, by what it holds.
func importKind(path string, data []byte) (string, error) {
	start := bytes.TrimSpace(data)
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case path == "-" && len(start) > 0 && (start[0] == '{' || start[0] == '[') && json.Valid(data):
		return exportKind("standard input", data)
	case ext == ".prompt":
		return "dotprompt", nil
	case ext == ".json":
		return exportKind(path, data)
	case ext == ".txt", ext == ".mustache", ext == ".md", ext == "":
		if bytes.HasPrefix(data, []byte("---\n")) || bytes.HasPrefix(data, []byte("---\r\n")) {
			return "dotprompt", nil
		}
		return "text", nil
	}
	return "", diag.At(path, 0, 0, "is of no kind that can be imported").WithHint("say what it is: --from %s", strings.Join(importKinds(), ", --from "))
}

// exportKind tells Langfuse's export from MLflow's: the former has a prompt in each item, the latter a
// template or tags with one.
func exportKind(path string, data []byte) (string, error) {
	v, err := decodeJSON(path, data)
	if err != nil {
		return "", err
	}
	kind := ""
	var look func(v any, depth int)
	look = func(v any, depth int) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				look(item, depth+1)
			}
		case map[string]any:
			switch {
			case kind != "" || depth > 3:
			case v["name"] != nil && v["prompt"] != nil:
				kind = "langfuse"
			case v["name"] != nil && (v["template"] != nil || mlflowTagged(v["tags"])):
				kind = "mlflow"
			default:
				for _, item := range v {
					look(item, depth+1)
				}
			}
		}
	}
	look(v, 0)
	if kind == "" {
		return "", diag.At(path, 0, 0, "is neither an export of Langfuse nor one of MLflow").WithHint("say what it is: --from langfuse, --from mlflow")
	}
	return kind, nil
}

func mlflowTagged(tags any) bool {
	text, err := json.Marshal(tags)
	return err == nil && bytes.Contains(text, []byte("mlflow.prompt"))
}
