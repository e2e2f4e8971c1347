package budget

import "github.com/llmops-toolkit/llmops/pkg/redisdb"

// decideScript settles calls that ended, renews the leases of others, then decides on one. KEYS: the states of each
// settlement's scopes; those of the renewals; state and limits of each scope of the call. ARGV: the number of
// settlements, and for each its id, requests, tokens, money and number of scopes; the number of renewals, and for each
// the lease, the number of ids and the ids; then of the call id, requests, tokens, money, now and until in ms, the slots
// of rpm, tpm and rpd, day, month, the last time until which any call under way may count, the lease; then for each scope the number of its limits and
// their names and amounts. It returns {0, then for each scope its used amounts in the order of names} or {1, then scope
// number, resource, limit and used of each limit that is reached}.
var decideScript = redisdb.Script(`
local function settle(key, id, requests, tokens, money)
	local held = redis.call('HGET', key, 'r:' .. id)
	if not held then return end
	local f = {}
	for word in string.gmatch(held, '%S+') do table.insert(f, word) end
	local function add(field, n)
		if n ~= 0 and redis.call('HINCRBY', key, field, string.format('%.0f', n)) == 0 and string.sub(field, 1, 2) == 'w:' then
			redis.call('HDEL', key, field)
		end
	end
	add('w:rpm:' .. f[4], requests - f[1])
	add('w:tpm:' .. f[5], tokens - f[2])
	add('w:rpd:' .. f[6], requests - f[1])
	for _, period in ipairs({f[7], f[8]}) do
		add('p:' .. period .. ':t', tokens - f[2])
		add('p:' .. period .. ':m', money - f[3])
	end
	redis.call('HDEL', key, 'r:' .. id, 'l:' .. id)
end

local first, from = 1, 2
for _ = 1, tonumber(ARGV[1]) do
	local n = tonumber(ARGV[from + 4])
	for k = first, first + n - 1 do settle(KEYS[k], ARGV[from], ARGV[from + 1], ARGV[from + 2], ARGV[from + 3]) end
	first, from = first + n, from + 5
end

local function ends(held) return tonumber(string.match(held, '.* (%d+)$')) end
local function ending(held, at) return (string.gsub(held, '%S+$', at)) end

-- renew puts off the leases of ARGV's ids from i to j: not many at once, since unpack has room for some thousands.
local function renew(key, lease, i, j)
	local fields, set = {}, {}
	for k = i, j do table.insert(fields, 'r:' .. ARGV[k]) end
	for k, held in ipairs(redis.call('HMGET', key, unpack(fields))) do
		if held then
			table.insert(set, 'l:' .. ARGV[i + k - 1])
			table.insert(set, lease)
			if ends(held) < tonumber(lease) then redis.call('HSET', key, fields[k], ending(held, lease)) end
		end
	end
	if #set > 0 then redis.call('HSET', key, unpack(set)) end
end

from = from + 1
for _ = 1, tonumber(ARGV[from - 1]) do
	local n = tonumber(ARGV[from + 1])
	for i = from + 2, from + 1 + n, 500 do renew(KEYS[first], ARGV[from], i, math.min(i + 499, from + 1 + n)) end
	first, from = first + 1, from + 2 + n
end
if first > #KEYS then return {0} end

local id, requests, tokens, money = ARGV[from], tonumber(ARGV[from + 1]), tonumber(ARGV[from + 2]), tonumber(ARGV[from + 3])
local now, untilms, day, month, last = tonumber(ARGV[from + 4]), ARGV[from + 5], ARGV[from + 9], ARGV[from + 10], ARGV[from + 11]
local slot = {rpm = tonumber(ARGV[from + 6]), tpm = tonumber(ARGV[from + 7]), rpd = tonumber(ARGV[from + 8])}
local slots = {rpm = 60, tpm = 60, rpd = 72}
local names = {'rpm', 'tpm', 'rpd', 'concurrency', 'tokens_per_day', 'tokens_per_month', 'usd_per_day', 'usd_per_month'}
local needs = {rpm = requests, tpm = tokens, rpd = requests, concurrency = 1, tokens_per_day = tokens,
	tokens_per_month = tokens, usd_per_day = money, usd_per_month = money}

local function prune(key, periods)
	for length, list in pairs(periods) do
		table.sort(list)
		for i = 1, #list - 3 do redis.call('HDEL', key, 'p:' .. list[i] .. ':t', 'p:' .. list[i] .. ':m') end
	end
end

local function look(key)
	local used = {rpm = 0, tpm = 0, rpd = 0, concurrency = 0, tokens_per_day = 0, tokens_per_month = 0, usd_per_day = 0, usd_per_month = 0}
	local periods = {[7] = {}, [10] = {}}
	local flat = redis.call('HGETALL', key)
	for i = 1, #flat, 2 do
		local field, value = flat[i], flat[i + 1]
		local kind = string.sub(field, 1, 2)
		if kind == 'w:' then
			local name, at = string.match(field, '^w:(%a+):(%-?%d+)$')
			at = tonumber(at)
			if at < slot[name] - slots[name] then
				redis.call('HDEL', key, field)
			else
				used[name] = used[name] + tonumber(value)
				if at > slot[name] then
					redis.call('HDEL', key, field)
					redis.call('HINCRBY', key, 'w:' .. name .. ':' .. string.format('%.0f', slot[name]), value)
				end
			end
		elseif kind == 'l:' then
			if tonumber(value) > now then
				used.concurrency = used.concurrency + 1
				if tonumber(value) > tonumber(last) then
					local held = 'r:' .. string.sub(field, 3)
					redis.call('HSET', key, field, last, held, ending(redis.call('HGET', key, held), last))
				end
			else
				local held = redis.call('HGET', key, 'r:' .. string.sub(field, 3))
				if not held or ends(held) <= now then
					redis.call('HDEL', key, field, 'r:' .. string.sub(field, 3))
				elseif ends(held) > tonumber(last) then
					redis.call('HSET', key, 'r:' .. string.sub(field, 3), ending(held, last))
				end
			end
		elseif kind == 'p:' then
			local period, what = string.match(field, '^p:([%d-]+):(%a)$')
			local n = tonumber(value)
			if what == 't' then table.insert(periods[#period], period) end
			if period == day and what == 't' then used.tokens_per_day = n end
			if period == day and what == 'm' then used.usd_per_day = n end
			if period == month and what == 't' then used.tokens_per_month = n end
			if period == month and what == 'm' then used.usd_per_month = n end
		end
	end
	prune(key, periods)
	return used
end

local at, reached, looked, bounds = from + 13, {1}, {}, {}
for k = first, #KEYS, 2 do
	local limits = {}
	for i = 1, tonumber(ARGV[at]) do
		limits[ARGV[at + 2 * i - 1]] = ARGV[at + 2 * i]
	end
	at = at + 1 + 2 * tonumber(ARGV[at])
	local own = redis.call('HGETALL', KEYS[k + 1])
	for i = 1, #own, 2 do limits[own[i]] = own[i + 1] end
	local used = look(KEYS[k])
	for _, name in ipairs(names) do
		local limit = tonumber(limits[name] or '0')
		if limit > 0 and needs[name] > 0 and used[name] + needs[name] > limit then
			table.insert(reached, (k - first) / 2)
			table.insert(reached, name)
			table.insert(reached, limits[name])
			table.insert(reached, string.format('%.0f', used[name]))
		end
	end
	looked[k], bounds[k] = used, limits
end
if #reached > 1 then return reached end

local out = {0}
for k = first, #KEYS, 2 do
	local key = KEYS[k]
	local function add(field, n) if n ~= 0 then redis.call('HINCRBY', key, field, string.format('%.0f', n)) end end
	add('w:rpm:' .. ARGV[from + 6], requests)
	add('w:tpm:' .. ARGV[from + 7], tokens)
	add('w:rpd:' .. ARGV[from + 8], requests)
	for _, period in ipairs({day, month}) do
		redis.call('HINCRBY', key, 'p:' .. period .. ':t', ARGV[from + 2])
		redis.call('HINCRBY', key, 'p:' .. period .. ':m', ARGV[from + 3])
	end
	redis.call('HSET', key, 'l:' .. id, ARGV[from + 12], 'r:' .. id,
		table.concat({ARGV[from + 1], ARGV[from + 2], ARGV[from + 3], ARGV[from + 6], ARGV[from + 7], ARGV[from + 8], day, month, untilms}, ' '))
	redis.call('PEXPIRE', key, 8640000000)
	for _, name in ipairs(names) do
		table.insert(out, string.format('%.0f', looked[k][name] + needs[name]))
		table.insert(out, bounds[k][name] or '0')
	end
end
return out
`)
