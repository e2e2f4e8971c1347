package tokens

import (
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// rule says how the models whose names begin with prefix are counted.
type rule struct {
	prefix   string
	encoding string
	family   family
}

// rules lists the models, the longest fitting prefix first where one begins with another. A prefix that
// ends in a letter or digit must be followed by the end, a dash, a colon or an @: "o1" is not "o10"; one
// of another provider's family may be followed by anything. The encodings are those of openai/tiktoken's
// model.py; davinci-002 and babbage-002 are the base models of 2023, the other completion models are
// of GPT-3.
func rules() []rule {
	list := []rule{
		{"gpt-oss", EncodingHarmony, harmony},
		{"text-davinci-edit", EncodingP50k, openAI},
		{"code-davinci-edit", EncodingP50k, openAI},
		{"text-davinci-003", EncodingP50k, openAI},
		{"text-davinci-002", EncodingP50k, openAI},
		{"gpt2", EncodingR50k, openAI},
		{"gpt-2", EncodingR50k, openAI},
		{"claude", EncodingO200k, claude},
		{"gemini", EncodingO200k, gemini},
		{"gemma", EncodingO200k, gemini},
		{"learnlm", EncodingO200k, gemini},
		{"llama", EncodingO200k, llama},
		{"meta-llama", EncodingO200k, llama},
		{"codellama", EncodingO200k, other},
		{"qwen", EncodingO200k, qwen},
		{"qwq", EncodingO200k, qwen},
		{"qvq", EncodingO200k, qwen},
		{"deepseek", EncodingO200k, deepSeek},
	}
	for _, p := range []string{
		"gpt-5", "gpt-5.", "gpt-4.5", "gpt-4.1", "gpt-4o", "chatgpt-4o", "gpt-audio", "gpt-realtime", "gpt-image", "chatgpt-image",
		"o1", "o3", "o4", "codex-mini", "computer-use-preview", "gpt-chat-latest", "omni-moderation",
	} {
		list = append(list, rule{p, EncodingO200k, openAI})
	}
	for _, p := range []string{
		"gpt-4", "gpt-3.5", "gpt-35", "text-embedding-3", "text-embedding-ada-002", "davinci-002", "babbage-002", "text-moderation",
	} {
		list = append(list, rule{p, EncodingCl100k, openAI})
	}
	for _, p := range []string{"code-davinci", "code-cushman", "davinci-codex", "cushman-codex"} {
		list = append(list, rule{p, EncodingP50k, openAI})
	}
	for _, p := range []string{
		"davinci", "curie", "babbage", "ada", "text-davinci-001", "text-curie-001", "text-babbage-001", "text-ada-001",
		"text-similarity", "text-search", "code-search",
	} {
		list = append(list, rule{p, EncodingR50k, openAI})
	}
	for _, p := range []string{
		"mistral", "mixtral", "ministral", "magistral", "codestral", "devstral", "pixtral", "voxtral", "open-mistral", "open-mixtral", "open-codestral", "labs-",
		"grok", "command", "c4ai", "aya", "nova", "amazon.nova", "titan", "phi", "kimi", "moonshot", "glm", "minimax", "yi-", "jamba", "sonar",
		"ernie", "hunyuan", "doubao", "step-", "granite", "nemotron", "falcon", "dolphin", "hermes", "nous-hermes", "olmo",
		"solar", "starcoder", "tinyllama", "smollm", "vicuna", "wizardlm", "longcat", "stories",
	} {
		list = append(list, rule{p, EncodingO200k, other})
	}
	return list
}

// lookup finds the rule for a model, and the model's bare name.
func lookup(model string) (name string, r rule, err error) {
	name = bareName(model)
	for _, candidate := range rules() {
		if candidate.fits(name) && len(candidate.prefix) > len(r.prefix) {
			r = candidate
		}
	}
	if r.prefix == "" || name == "" {
		return "", rule{}, unknownModel(model)
	}
	if r.family == claude && newClaude(name) {
		r.family = claude47
	}
	return name, r, nil
}

func (r rule) fits(name string) bool {
	rest, found := strings.CutPrefix(name, r.prefix)
	if !found || rest == "" || r.family.rates() != nil || strings.HasSuffix(r.prefix, ".") {
		return found
	}
	return strings.ContainsRune("-:@", rune(rest[0]))
}

// bareName takes the provider, the region and the fine-tune's owner off a reference:
// openrouter/openai/gpt-4o, us.anthropic.claude-3-haiku, ft:gpt-4o-mini:acme::1, davinci:ft-acme-2023.
func bareName(model string) string {
	name := strings.ToLower(strings.TrimSpace(model))
	name = name[strings.LastIndexByte(name, '/')+1:]
	if base, ok := strings.CutPrefix(name, "ft:"); ok {
		name, _, _ = strings.Cut(base, ":")
	}
	for _, owner := range []string{"anthropic.", "openai.", "meta.", "mistral.", "cohere.", "deepseek.", "ai21.", "qwen.", "google.", "moonshotai."} {
		if i := strings.Index(name, owner); i >= 0 && i <= len("global.") {
			name = name[i+len(owner):]
		}
	}
	return strings.TrimPrefix(name, "~")
}

func unknownModel(model string) error {
	e := diag.Errorf("unknown model %q: which tokenizer it has is not known", model)
	hint := "name its encoding with --encoding (" + strings.Join(Encodings(), ", ") + ")"
	if near := diag.DidYouMean(bareName(model), Models()); near != "" {
		hint = near + " Or " + hint
	}
	return e.WithHint("%s", hint)
}

// Models lists names of current models, for completion and for "did you mean". For knows many more.
func Models() []string {
	return slices.Clone(knownModels)
}

var knownModels = []string{
	"gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5-pro", "gpt-5-codex", "gpt-5-chat-latest", "gpt-5.1", "gpt-5.1-codex",
	"gpt-5.2", "gpt-5.2-pro", "gpt-5.3-codex", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano",
	"gpt-4.5-preview", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o", "gpt-4o-mini", "chatgpt-4o-latest",
	"gpt-4-turbo", "gpt-4", "gpt-4-32k", "gpt-3.5-turbo", "gpt-3.5-turbo-instruct",
	"o1", "o1-mini", "o1-pro", "o3", "o3-mini", "o3-pro", "o4-mini", "codex-mini-latest", "gpt-oss-20b", "gpt-oss-120b",
	"text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002", "davinci-002", "babbage-002",
	"text-davinci-003", "gpt2",
	"claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6", "claude-opus-4-5", "claude-opus-4-1", "claude-sonnet-4-6",
	"claude-sonnet-4-5", "claude-sonnet-4", "claude-haiku-4-5", "claude-3-7-sonnet", "claude-3-5-sonnet", "claude-3-5-haiku", "claude-3-haiku",
	"gemini-3-pro-preview", "gemini-3-flash-preview", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.0-flash",
	"llama3.3", "llama3.2", "llama3.1", "qwen3", "qwen2.5", "deepseek-chat", "deepseek-reasoner", "deepseek-v3", "deepseek-r1",
	"mistral-large", "mistral-small", "codestral", "grok-4", "grok-3", "command-r", "kimi-k2", "glm-4.5",
}
