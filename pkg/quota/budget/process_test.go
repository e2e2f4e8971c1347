package budget_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/internal/redistest"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// storeVar makes this test binary a process that reserves: "sqlite PATH" or "redis URL".
const storeVar = "BUDGET_TEST_STORE"

func TestMain(m *testing.M) { os.Exit(m.Run()) }

// TestReservingProcess is not a test but one of the processes of TestManyProcesses.
func TestReservingProcess(t *testing.T) {
	kind, where, ok := strings.Cut(os.Getenv(storeVar), " ")
	if !ok {
		t.Skip("started by TestManyProcesses only")
	}
	var store budget.Store
	if kind == "redis" {
		store = openRedis(t, where)
	} else {
		store = openSQLite(t, where)
	}
	b := budget.New(budget.Config{Store: store, Limits: func(budget.Scope) budget.Limits {
		return budget.Limits{budget.MoneyPerDay: int64(llm.Dollar)}
	}})
	var wg sync.WaitGroup
	var mu sync.Mutex
	granted := 0
	for range 20 {
		wg.Go(func() {
			for range 10 {
				r, err := b.Reserve(context.Background(), []budget.Scope{acme}, one(0, 7*llm.Dollar/1000))
				var limit *budget.LimitError
				switch {
				case err == nil:
					r.Settle(one(0, 3*llm.Dollar/1000)) // less than was reserved
					mu.Lock()
					granted++
					mu.Unlock()
				case !errors.As(err, &limit):
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	fmt.Printf("granted %d.\n", granted)
}

// Eight processes of 200 concurrent reservations each on a budget of a dollar: never a nano-dollar above it.
func TestManyProcesses(t *testing.T) {
	for name, where := range map[string]func() string{
		"sqlite": func() string { return "sqlite " + filepath.Join(t.TempDir(), "llmops.db") },
		"redis":  func() string { return "redis " + redistest.Start(t).URL },
	} {
		t.Run(name, func(t *testing.T) {
			store := where()
			var wg sync.WaitGroup
			var mu sync.Mutex
			granted := 0
			for range 8 {
				wg.Go(func() {
					cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestReservingProcess$", "-test.v")
					cmd.Env = append(os.Environ(), storeVar+"="+store)
					out, err := cmd.CombinedOutput()
					if err != nil {
						t.Errorf("%v\n%s", err, out)
						return
					}
					_, text, _ := strings.Cut(string(out), "granted ")
					text, _, _ = strings.Cut(text, ".")
					n, err := strconv.Atoi(text)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					granted += n
					mu.Unlock()
				})
			}
			wg.Wait()
			spent := llm.Money(granted) * 3 * llm.Dollar / 1000
			if spent > llm.Dollar || spent < llm.Dollar/2 {
				t.Errorf("%d calls spent %v of a dollar", granted, spent)
			}
		})
	}
}
