package cli_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/provider/providertest"
)

// canary is the word that all keys of TestKeysReachNothing hold.
const canary = "canary0Kx8jWq"

// canaryRuns has at least one command line for every command there is. ${FILES} of the project are
// written by canaryProject.
var canaryRuns = map[string][]string{
	"batch run":    {"batch run batch.jsonl -o batch-out.jsonl -m env/m", "batch run batch.jsonl -o batch-refused.jsonl -m refused/m --json", "batch run batch.jsonl -o batch-broken.jsonl -m broken/m --attempts 1 --errors batch-errors.jsonl"},
	"batch cancel": {"batch cancel asked.jsonl"},
	"batch fetch":  {"batch fetch asked.jsonl --errors again.jsonl"},
	"batch list":   {"batch list --provider refused", "batch list --provider claude"},
	"batch status": {"batch status --all", "batch status asked.jsonl --json"},
	"batch submit": {"batch submit hello.txt -o asked.jsonl -m env/m", "batch submit hello.txt -o refused.jsonl -m refused/m", "batch submit hello.txt -o page.jsonl -m claude/m"},
	"cache clear":  {"cache clear --older-than 1h"},
	"cache export": {"--cache on chat -m env/m --temperature 0 --no-stream canary", "cache export"},
	"cache list":   {"cache list", "cache list --json"},
	"cache show":   {"cache show 0"},
	"cache stats":  {"cache stats", "cache stats --json"},
	"chat": {
		"chat -m env/m -u --json --record rec.jsonl hello", "chat -m env/m refuse", "chat -m command/m --json refuse", "chat -m dotenv/m --no-stream hello", "chat -m command/m hello",
		"chat -m header/m hello", "chat -m refused/m hello", "chat -m refused/m --json hello", "chat -m broken/m hello",
		"chat -m page/m hello", "chat -c go on", "chat -m gem/m hello", "chat -m claude/m hello",
	},
	"completion bash":            {"completion bash"},
	"completion fish":            {"completion fish"},
	"completion powershell":      {"completion powershell"},
	"completion zsh":             {"completion zsh"},
	"config get":                 {"config get providers --show-origin", "config get providers --json"},
	"config list":                {"config list --show-origin", "config list --json"},
	"config path":                {"config path"},
	"cost diff":                  {"cost diff greeting@1.0.0 greeting@1.0.0 --var person=Ada --var language=English"},
	"cost estimate":              {"cost estimate greeting -m env/m -m openai/gpt-4o-mini-2024-07-18"},
	"cost report":                {"cost report --by tenant,model", "cost report --json", "cost report --csv"},
	"cost reprice":               {"cost reprice --at 2026-01-01", "cost reprice --write"},
	"logs":                       {"logs -n 0", "logs --json"},
	"logs export":                {"logs export", "logs export --format csv", "logs export --as-cases --redact -o cases.jsonl"},
	"logs prune":                 {"logs prune --older-than 1d --dry-run"},
	"logs search":                {"logs search hello", "logs search hello --json"},
	"logs show":                  {"logs show last", "logs show last --json"},
	"models compare":             {"models compare openai/gpt-4o-2024-08-06 openai/gpt-4o-mini-2024-07-18"},
	"models list":                {"models list --provider openai", "models list --in-prompts --deprecated"},
	"models show":                {"models show openai/gpt-4o"},
	"prompt bump":                {"prompt bump greeting --patch", "prompt bump greeting --auto"},
	"prompt check":               {"prompt check", "prompt check --json"},
	"prompt diff":                {"prompt diff greeting greeting", "prompt diff greeting greeting --json"},
	"prompt experiment assign":   {"prompt experiment assign tone --unit ada"},
	"prompt experiment list":     {"prompt experiment list"},
	"prompt experiment simulate": {"prompt experiment simulate tone"},
	"prompt export":              {"prompt export greeting --to json", "prompt export greeting -o out.prompt"},
	"prompt import":              {"prompt import prompts/greeting/v1.0.0.md --name canary-copy", "prompt import nowhere"},
	"prompt lint":                {"prompt lint", "prompt lint --json --all"},
	"prompt list":                {"prompt list", "prompt list --json"},
	"prompt lock":                {"prompt lock"},
	"prompt log":                 {"prompt log greeting", "prompt log greeting --json"},
	"prompt new":                 {"prompt new canary"},
	"prompt promote":             {"prompt promote greeting 1.0.0 --to production", "prompt promote greeting 1.0.0 --to staging --require-eval greeting"},
	"prompt render":              {"prompt render greeting --var person=Ada --var language=English", "prompt render greeting --var person=Ada -m env/m --json"},
	"prompt rollback":            {"prompt rollback greeting --of production"},
	"prompt show":                {"prompt show greeting", "prompt show greeting --json", "prompt show greeting@git:main"},
	"prompt verify":              {"prompt verify", "prompt verify --json"},
	"prompt versions":            {"prompt versions greeting", "prompt versions greeting --json"},
	"route eval":                 {"route eval labelled.jsonl --weak env/m --strong openai/gpt-4o-2024-08-06"},
	"route explain":              {"route explain -m auto hello", "route explain -m env/m --json hello"},
	"tokens":                     {"tokens llmops.yaml", "tokens --watch-prompts", "tokens --exact -m claude/m llmops.yaml"},
	"doctor":                     {"doctor --online -m env/m -m refused/m -m command/m", "doctor --json"},
	"eval judge calibrate":       {"eval judge calibrate greeting --labels labels.jsonl"},
	"eval judge prompts":         {"eval judge prompts", "eval judge prompts judge-rubric"},
	"eval bless":                 {"eval bless last --as canary"},
	"eval comment":               {"eval comment --pr 1 --dry-run", "eval comment --pr 1"},
	"eval diff":                  {"eval run greeting --tag one", "eval diff one last", "eval diff one last --json"},
	"eval cases add":             {"eval cases add greeting --var person=Canary --var language=Latin --tag canary"},
	"eval cases lint":            {"eval cases lint greeting", "eval cases lint greeting --json"},
	"eval cases list":            {"eval cases list greeting", "eval cases list greeting --json"},
	"eval delete":                {"eval delete last", "eval delete nothing --yes"},
	"eval gc":                    {"eval gc --keep 0 --dry-run"},
	"eval list":                  {"eval list", "eval list --json"},
	"eval rescore":               {"eval rescore last", "eval rescore last --json"},
	"eval show":                  {"eval show last", "eval show last --failed", "eval show last --failed --json"},
	"eval tag":                   {"eval tag last canary-run"},
	"eval run":                   {"eval run greeting", "eval run greeting -m env/m --record rec2.jsonl", "eval run greeting -m refused/m", "eval run greeting -m broken/m --json"},
	"eval report":                {"eval report last", "eval report last --json -o report.html -o report.md -o report.csv -o report.xml -o report.jsonl"},
	"eval view":                  {"eval view --no-open --idle 10ms"},
	"experiment assign":          {"experiment assign tone --unit ada"},
	"experiment list":            {"experiment list", "experiment list --json"},
	"experiment simulate":        {"experiment simulate tone -n 10"},
	"init":                       {"init", "init sub"},
	"man":                        {"man pages"},
	"quota reset":                {"quota reset --tenant canary"},
	"quota set":                  {"quota set --tenant canary rpm=10"},
	"quota status":               {"quota status", "quota status --json"},
	"version":                    {"version"},
}

// A key is in the environment, in .env, printed by a command, in a header, and said by a server that
// refuses it; it must not come out of any command, nor stand in any file that one writes.
func TestKeysReachNothing(t *testing.T) {
	program := released(t)
	dir := canaryProject(t)
	before := tree(t, dir)
	for _, name := range commands(t, program) {
		lines := canaryRuns[name]
		if len(lines) == 0 {
			t.Errorf("no command line for %q: add one to canaryRuns", name)
		}
		for _, line := range lines {
			cmd := exec.CommandContext(t.Context(), program, strings.Fields(line)...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "ENV_KEY="+canary+"-env", "HOME="+dir, "XDG_CONFIG_HOME="+dir, "LLMOPS_RETRY_BASE=1ms")
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			_ = cmd.Run() // some are meant to fail
			if strings.Contains(out.String(), canary) {
				t.Errorf("%s shows a key:\n%s", line, out.String())
			}
			if out.Len() == 0 && name != "man" {
				t.Errorf("%s printed nothing", line)
			}
		}
	}
	written := 0
	for path, text := range tree(t, dir) {
		if text == before[path] {
			continue
		}
		written++
		if strings.Contains(text, canary) {
			t.Errorf("%s holds a key", path)
		}
	}
	if written < 10 {
		t.Errorf("only %d files were written; the ledger, recordings and runs are missing", written)
	}
}

// commands lists every command that runs, as the names of its manual pages have them.
func commands(t *testing.T, program string) []string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), program, "man", dir).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	var names []string
	for path, text := range tree(t, dir) {
		name := strings.TrimSuffix(filepath.Base(path), ".1")
		if !strings.Contains(text, "[flags]") && !strings.Contains(text, "OPTIONS\n") || name == "llmops" {
			continue
		}
		words := strings.ReplaceAll(strings.TrimPrefix(name, "llmops-"), "-", " ")
		if out, _ := exec.CommandContext(t.Context(), program, append(strings.Fields(words), "--help")...).Output(); !bytes.Contains(out, []byte("\nCommands:\n")) && bytes.Contains(out, []byte("Usage:\n")) {
			names = append(names, words)
		}
	}
	slices.Sort(names) // so that calls are made before they are listed
	if len(names) < 10 {
		t.Fatalf("found only the commands %q", names)
	}
	return names
}

func canaryProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	echo := newEcho(t)
	config := "providers:\n" +
		"  env: {base_url: '" + echo + "/v1', api_key_env: ENV_KEY}\n" +
		"  dotenv: {base_url: '" + echo + "/v1', api_key_env: DOTENV_KEY}\n" +
		"  command: {base_url: '" + echo + "/v1', key_command: cat key.txt}\n" +
		"  header: {base_url: '" + echo + "/v1', headers: {X-Key: " + canary + "-header}}\n"
	for name, id := range map[string]string{"refused": "429-quota", "broken": "truncated-clean-eof", "page": "200-html"} {
		config += "  " + name + ": {base_url: '" + faultURL(t, id) + "/v1', api_key_env: ENV_KEY}\n"
	}
	config += "  gem: {kind: gemini, base_url: '" + faultURL(t, "malformed-chunk") + "', api_key_env: ENV_KEY}\n"
	config += "  claude: {kind: anthropic, base_url: '" + faultURL(t, "503-html") + "', api_key_env: ENV_KEY}\n" +
		"route: [{model: env/m}]\n"
	for name, text := range map[string]string{
		"labelled.jsonl": `{"prompt": "hello", "weak": 0, "strong": 1}` + "\n",
		"batch.jsonl":    `{"id": "a", "input": "hello"}` + "\n" + `{"id": "b", "input": "refuse"}` + "\n",
		"llmops.yaml":    config, ".env": "DOTENV_KEY=" + canary + "-dotenv\n", "key.txt": canary + "-command\n", "hello.txt": "hello\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func faultURL(t *testing.T, id string) string {
	t.Helper()
	for _, f := range providertest.Faults() {
		if f.ID == id {
			return providertest.NewFaultServer(t, f).URL
		}
	}
	t.Fatalf("no fault %s", id)
	return ""
}

// tree reads every file below dir.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
