package guard

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// fake draws n characters. The keys of these tests are made when they run, so that none is in the source.
func fake(r *rand.Rand, chars string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = chars[r.IntN(len(chars))]
	}
	return string(b)
}

const (
	hexChars  = digits + "abcdef"
	wordChars = digits + small + capital + "_-"
	alnumAll  = digits + small + capital
)

func fakeUUID(r *rand.Rand) string {
	return fake(r, hexChars, 8) + "-" + fake(r, hexChars, 4) + "-" + fake(r, hexChars, 4) + "-" + fake(r, hexChars, 4) + "-" + fake(r, hexChars, 12)
}

func fakeKeys(r *rand.Rand) map[string][]string {
	return map[string][]string{
		"openai-key": {
			"sk-proj-" + fake(r, wordChars, 74) + "T3BlbkFJ" + fake(r, wordChars, 73) + "a",
			"sk-svcacct-" + fake(r, alnumAll, 74) + "T3BlbkFJ" + fake(r, alnumAll, 74),
			"sk-" + fake(r, alnumAll, 20) + "T3BlbkFJ" + fake(r, alnumAll, 20),
		},
		"anthropic-key":   {"sk-ant-api03-" + fake(r, wordChars, 93) + "AA", "sk-ant-admin01-" + fake(r, wordChars, 93) + "AA"},
		"google-key":      {"AIza" + fake(r, alnumAll+"_", 35)},
		"groq-key":        {"gsk_" + fake(r, alnumAll, 52)},
		"xai-key":         {"xai-" + fake(r, alnumAll+"_", 80)},
		"openrouter-key":  {"sk-or-v1-" + fake(r, hexChars, 64)},
		"deepseek-key":    {"sk-" + fake(r, digits+"abcdefgh", 32)},
		"api-key":         {"sk-" + fake(r, digits+"abcdefgh", 40)},
		"perplexity-key":  {"pplx-" + fake(r, alnumAll, 48)},
		"huggingface-key": {"hf_" + fake(r, small+capital, 34)},
		"langfuse-key":    {"pk-lf-" + fakeUUID(r), "sk-lf-" + fakeUUID(r)},
		"langsmith-key":   {"lsv2_pt_" + fake(r, hexChars, 32) + "_" + fake(r, hexChars, 10)},
		"github-token":    {"ghp_" + fake(r, alnumAll, 36), "github_pat_" + fake(r, alnumAll, 22) + "_" + fake(r, alnumAll, 59)},
		"aws-key":         {"AKIA" + fake(r, capital+"234567", 16)},
		"age-key":         {"AGE-SECRET-KEY-1" + fake(r, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)},
		"slack-token":     {"xoxb-" + fake(r, digits, 12) + "-" + fake(r, alnumAll, 24)},
		"stripe-key":      {"sk_live_" + fake(r, alnumAll, 24)},
		"gitlab-token":    {"glpat-" + fake(r, alnumAll, 20)},
		"npm-token":       {"npm_" + fake(r, alnumAll, 36)},
		"replicate-key":   {"r8_" + fake(r, alnumAll, 37)},
		"sendgrid-key":    {"SG." + fake(r, alnumAll, 22) + "." + fake(r, alnumAll, 43)},
		"jwt":             {"eyJ" + fake(r, alnumAll, 30) + ".eyJ" + fake(r, alnumAll, 60) + "." + fake(r, wordChars, 42) + "a"},
		"private-key":     {"-----BEGIN RSA PRIVATE KEY-----\n" + fake(r, alnumAll+"+/", 64) + "\n-----END RSA PRIVATE KEY-----"},
	}
}

// frames are what keys stand in; %s is the key, and the finding must be the key alone.
var frames = []string{"%s", "the key is %s.", "key=%s\n", `{"k": "%s"}`, "('%s')", `"one\n%s"`, "https://h/?key=%s&x=1", "Bearer %s, then", "日本 %s 語", "<%s>", "a%%20%s"}

func TestSecrets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for rule, keys := range fakeKeys(r) {
		t.Run(rule, func(t *testing.T) {
			for _, key := range keys {
				for _, frame := range frames {
					frame = strings.ReplaceAll(frame, "%%", "%")
					if rule == "deepseek-key" {
						frame = "DeepSeek: " + frame
					}
					text := strings.Replace(frame, "%s", key, 1)
					at := strings.Index(text, key)
					want := []Finding{{rule, at, at + len(key)}}
					if diff := cmp.Diff(want, Secrets(text)); diff != "" {
						t.Errorf("in %q (-want +got):\n%s", frame, diff)
					}
					if got := RedactSecrets(text); got != strings.Replace(frame, "%s", "[redacted:"+rule+"]", 1) {
						t.Errorf("in %q: %q", frame, got)
					}
				}
			}
		})
		if !slices.Contains(SecretRules(), rule) {
			t.Errorf("%s is not listed", rule)
		}
	}
}

// The shapes that were collected from providers' documents are all found.
func TestCollectedShapes(t *testing.T) {
	data, err := os.ReadFile(realdata.Path(t, "faults", "secret_shapes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var shapes []struct{ Name, Shape, Alphabet string }
	if err := json.Unmarshal(data, &shapes); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	count := regexp.MustCompile(`\{(\d+)\}`)
	choice := regexp.MustCompile(`\(([^)]*)\)`)
	set := regexp.MustCompile(`^\[(.*)\]$`)
	for _, s := range shapes {
		chars := map[string]string{"bech32 upper": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"}[s.Alphabet]
		if m := set.FindStringSubmatch(s.Alphabet); m != nil {
			chars = strings.NewReplacer("A-Z", capital, "a-z", small, "0-9", digits, "a-f", "abcdef", "2-7", "234567").Replace(m[1])
		}
		for range 50 {
			key := choice.ReplaceAllStringFunc(s.Shape, func(c string) string {
				if strings.Contains(c, "|") {
					options := strings.Split(strings.Trim(c, "()"), "|")
					return options[r.IntN(len(options))]
				}
				parts := strings.Trim(c, "()")
				return string(parts[r.IntN(len(parts))])
			})
			key = strings.Replace(key, "[pousr]", string("pousr"[r.IntN(5)]), 1)
			key = count.ReplaceAllStringFunc(key, func(c string) string {
				n, err := strconv.Atoi(strings.Trim(c, "{}"))
				if err != nil {
					t.Fatal(err)
				}
				return fake(r, chars, n)
			})
			key = strings.Replace(key, "UUID", fakeUUID(r), 1)
			key = strings.Replace(key, "…", "EC", 1)
			text := "my DEEPSEEK_API_KEY is " + key + " ok"
			got := Secrets(text)
			if len(got) != 1 || text[got[0].Start] != key[0] {
				t.Errorf("%s: %v in a text with a key of %d bytes", s.Name, got, len(key))
				break
			}
			if s.Name != "private key" && strings.TrimRight(text[got[0].Start:got[0].End], "-") != strings.TrimRight(key, "-") {
				t.Errorf("%s: found %d bytes of %d", s.Name, got[0].End-got[0].Start, len(key))
			}
		}
	}
}

func TestSecretsInContext(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	value := "a1" + fake(r, alnumAll, 30) + "b2c3d4"
	for name, tt := range map[string]struct{ rule, before, secret, after string }{
		"environment":     {"assigned-secret", "export MISTRAL_API_KEY=", value, "\n"},
		"json":            {"assigned-secret", `{"api_key": "`, value, `"}`},
		"escaped json":    {"assigned-secret", `{\"token\": \"`, value, `\"}`},
		"yaml":            {"assigned-secret", "password: ", value, ""},
		"aws secret":      {"assigned-secret", "aws_secret_access_key = ", "wJalrXU/tnFEMI/K7MDENG/bPxRfiCYzz4K2Y/x1", "\n"},
		"bearer":          {"bearer-token", "Authorization: bearer ", value, ""},
		"key, first line": {"private-key", "a file with ", "-----BEGIN EC PRIVATE KEY-----", " in it"},
		"padding":         {"assigned-secret", "client_secret=", value + "==", "&x"},
		"a long token":    {"jwt", "x ", "eyJ" + fake(r, alnumAll, 900) + ".eyJ" + fake(r, alnumAll, 2000) + "." + fake(r, alnumAll, 342), " y"},
		"escaped key":     {"private-key", `{"private_key": "`, `-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----`, `\n"}`},
		"url":             {"url-password", "postgres://admin:", "hunter22", "@db.example.com/x"},
		"key in a cut":    {"private-key", "x ", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc", ""},
		"two keys, first": {"private-key", "", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "\n-----BEGIN PUBLIC KEY-----"},
	} {
		text := tt.before + tt.secret + tt.after
		want := []Finding{{tt.rule, len(tt.before), len(tt.before) + len(tt.secret)}}
		if diff := cmp.Diff(want, Secrets(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What looks like a secret and is none.
func TestSecretLookalikes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for name, text := range map[string]string{
		"placeholder":         "sk-ant-api03-" + strings.Repeat("x", 95),
		"placeholder, openai": "OPENAI_API_KEY=sk-proj-" + strings.Repeat("x", 80),
		"stars":               "sk-proj-****************************",
		"documented example":  "AKIAIOSFODNN7EXAMPLE",
		"variable":            "api_key=${OPENAI_API_KEY}",
		"template":            `api_key: "{{ env.OPENAI_API_KEY_FOR_PRODUCTION_1 }}"`,
		"call":                `api_key = os.environ["OPENAI_API_KEY"]`,
		"inside a word":       "task-" + fake(r, hexChars, 32) + " and disk-" + fake(r, hexChars, 32),
		"kebab case":          "sk-circle-container-for-the-loading-spinner-animation",
		"css class":           ".sk-fading-circle12 .sk-circle",
		"hash":                "sha256:" + fake(r, hexChars, 64) + " " + fake(r, hexChars, 40),
		"uuid":                "id: " + fakeUUID(r) + " token: " + fakeUUID(r),
		"max tokens":          "max_tokens: 4096, total_token=128000",
		"prose":               "The secret: nobody in the whole department knew the password.",
		"a path":              "secret: projects/123/secrets/my-secret-1/versions/2",
		"a name":              "token: next-page-token-for-page-17-of-22-in-2026",
		"short":               "password: hunter2",
		"a number":            `"input_cost_per_token": 1.5000300000000002e-06, "token": -1234567890.12345e+10`,
		"too long":            "gsk_" + fake(r, alnumAll, 60),
		"too short":           "AIza" + fake(r, alnumAll, 20),
		"public key":          "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
		"url without one":     "https://example.com:8080/a@b and http://user@host/",
		"url placeholder":     "https://user:$PASSWORD@host/ https://user:***@host https://user:[redacted:url-password]@host",
		"huggingface name":    "hf_transformers_library_is_installed and hf_" + strings.Repeat("abcdefghijklmnopq", 2),
		"base64 image":        "data:image/png;base64," + fake(r, alnumAll+"+/", 400),
		"dots":                "eyJhbGciOiJIUzI1NiJ9.x.y",
		"go import":           "github.com/some/pkg/sk-1 gho_st ghp_",
	} {
		if got := Secrets(text); len(got) != 0 {
			t.Errorf("%s: %v in %q", name, got, text)
		}
	}
}

func TestRedact(t *testing.T) {
	text := "0123456789"
	for name, tt := range map[string]struct {
		findings []Finding
		want     string
	}{
		"none":      {nil, text},
		"order":     {[]Finding{{"b", 6, 8}, {"a", 0, 2}}, "[redacted:a]2345[redacted:b]89"},
		"overlap":   {[]Finding{{"a", 2, 5}, {"b", 4, 7}}, "01[redacted:a]789"},
		"within":    {[]Finding{{"b", 3, 4}, {"a", 2, 5}}, "01[redacted:a]56789"},
		"same":      {[]Finding{{"a", 2, 5}, {"b", 2, 5}}, "01[redacted:a]56789"},
		"adjacent":  {[]Finding{{"a", 2, 5}, {"b", 5, 6}}, "01[redacted:a][redacted:b]6789"},
		"outside":   {[]Finding{{"a", 8, 99}, {"b", 20, 30}, {"c", -3, 1}}, "[redacted:c]1234567[redacted:a]"},
		"backwards": {[]Finding{{"a", 5, 2}}, text},
		"all":       {[]Finding{{"a", 0, 10}}, "[redacted:a]"},
	} {
		if got := Redact(text, tt.findings...); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestRedactor(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	known, long, key := "shapeless", "shapeless-and-longer", "gsk_"+fake(r, alnumAll, 52)
	red := NewRedactor(llm.NewSecret(known), llm.NewSecret("short"), llm.NewSecret(long), llm.NewSecret(""))
	got := red.Redact("a " + known + " b " + long + " c short " + key + " " + known)
	if want := "a [redacted:key] b [redacted:key] c short "; !strings.HasPrefix(got, want) || strings.Contains(got, known) || strings.Contains(got, key) {
		t.Errorf("got %q, want %q and no key", got, want)
	}
	var none *Redactor
	if got := none.Redact("x " + key); got != "x [redacted:groq-key]" {
		t.Errorf("a nil Redactor: %q", got)
	}
	if got := new(Redactor).Redact("plain"); got != "plain" {
		t.Errorf("the zero Redactor: %q", got)
	}
}
