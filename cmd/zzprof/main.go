package main

import (
	"os"
	"runtime/pprof"
	"runtime"
	"github.com/llmops-toolkit/llmops/pkg/cli"
)

func main() {
	f, _ := os.Create("/tmp/b6/cpu.prof")
	pprof.StartCPUProfile(f)
	c := cli.Main()
	pprof.StopCPUProfile()
	f.Close()
	g, _ := os.Create("/tmp/b6/heap.prof")
	pprof.Lookup("allocs").WriteTo(g, 0)
	g.Close()
	_ = runtime.NumCPU
	os.Exit(c)
}
