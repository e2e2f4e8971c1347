package cli_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/llmops-toolkit/llmops/pkg/cli"
	"github.com/llmops-toolkit/llmops/pkg/internal/batchserver"
	"github.com/llmops-toolkit/llmops/pkg/internal/redistest"
	"github.com/llmops-toolkit/llmops/pkg/provider/providertest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"llmops": func() { os.Exit(cli.Main()) },
	})
}

// TestScripts runs testdata/script. ECHO is the address of a server that answers well, FAULT_<ID> of one
// that plays this fault: FAULT_TRUNCATED_CLEAN_EOF breaks off; GATE of one that prompts make better or worse; BATCHES of one with batch APIs, for BATCH_KEY.
func TestScripts(t *testing.T) {
	gates := newGateServer(t)
	vars := []string{
		"OPENAI_API_KEY=canary-key-of-openai", "LLMOPS_RETRY_BASE=1ms", "LLMOPS_TIMEOUT_FIRST_BYTE=20s", "ECHO=" + newEcho(t), "JUDGE=" + newJudgeServer(t), "GATE=" + gates.url,
		"BATCHES=" + batchserver.New(t).URL, "BATCH_KEY=" + batchserver.Key,
	}
	for _, f := range providertest.Faults() {
		name := "FAULT_" + strings.ToUpper(strings.ReplaceAll(f.ID, "-", "_")) + "="
		if !strings.Contains(strings.Join(vars, "\n"), name) { // the first variant of each
			vars = append(vars, name+providertest.NewFaultServer(t, f).URL)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, vars...)
			env.Setenv("HOME", env.WorkDir+"/home")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"calls": gates.command,
			"exits": exits,
			"redis": redisCommand(t),
		},
	})
}

// redisCommand is `redis`, which runs a redis-server and puts its address into $REDIS, and `! redis`, which
// kills it. A script for machines without one says [!exec:redis-server] stop before.
func redisCommand(t *testing.T) func(*testscript.TestScript, bool, []string) {
	var servers sync.Map // by script
	return func(ts *testscript.TestScript, stop bool, _ []string) {
		if stop {
			s, _ := servers.Load(ts)
			s.(*redistest.Server).Stop() //nolint:forcetypeassert // a script that started none fails
			return
		}
		s := redistest.Start(t)
		servers.Store(ts, s)
		ts.Setenv("REDIS", s.URL)
	}
}

// exits CODE COMMAND... runs a command that must end with this exit code. Its output is there for stdout
// and stderr, as after exec.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s; want %s", got, args[0])
	}
}
