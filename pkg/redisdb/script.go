package redisdb

import (
	"sync"

	"github.com/redis/go-redis/v9"
)

// Script is a script of Lua, for a variable of a package: its hash, which the server knows it by, is worked out
// when it first runs, and not at every start of the program. It is safe for concurrent use.
func Script(source string) func() *redis.Script {
	return sync.OnceValue(func() *redis.Script { return redis.NewScript(source) })
}
