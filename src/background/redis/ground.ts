/** What acts have in common, in Lua: how a job comes to stand, ends, and is forgotten. */

/** What all acts begin with: KEYS[1] is the prefix, ARGV[1] the time. Some give what is to be handed to BullMQ. */
export const GROUND = `
local P, now = KEYS[1], tonumber(ARGV[1])
local ENDED = { completed = 1, failed = 1, crashed = 1, timedOut = 1, cancelled = 1, upstreamFailed = 1 }
local handed, ended, stopped, queued, fresh = {}, {}, {}, {}, nil
local function key(id) return P .. 'job:' .. id end
local function needs(id) return P .. 'needs:' .. id end
local function get(id, name) return redis.call('HGET', key(id), name) end
local function after(id)
  local text = get(id, 'after')
  return text == '[]' and {} or cjson.decode(text)
end
-- What lies beside Redis is removed by who finds it there.
local function toss(id, field)
  local name = get(id, field)
  if name then redis.call('ZADD', P .. 'trash', now, name) end
  redis.call('HDEL', key(id), field)
end
-- Forgets what nobody needs, and nobody waits for.
local function erase(id)
  toss(id, 'inputsAt')
  toss(id, 'outcomeAt')
  redis.call('DEL', key(id), needs(id))
  redis.call('ZREM', P .. 'all', id)
  redis.call('ZREM', P .. 'ended', id)
  redis.call('ZREM', P .. 'outbox', id)
end
-- It is to reach BullMQ.
local function hand(id)
  local facts = redis.call('HMGET', key(id), 'life', 'given', 'line')
  redis.call('ZADD', P .. 'outbox', now, id)
  handed[#handed + 1] = id
  handed[#handed + 1] = facts[1]
  handed[#handed + 1] = facts[2]
  handed[#handed + 1] = facts[3] and redis.call('HGET', P .. 'paces', facts[3]) or ''
end
local conclude
-- It has all that it needs.
local function stand(id)
  local waits = tonumber(get(id, 'notBefore')) > now
  redis.call('HSET', key(id), 'state', waits and 'pending' or 'queued', 'missing', 0)
  redis.call('HDEL', key(id), 'startedAt', 'token')
  hand(id)
end
local function place(id)
  local missing, seen = 0, {}
  for _, needed in ipairs(after(id)) do
    local state = get(needed, 'state')
    if state ~= 'completed' and not seen[needed] then
      seen[needed] = true
      if not state or ENDED[state] then
        conclude(id, { state = 'upstreamFailed', root = needed })
        return
      end
      missing = missing + 1
    end
  end
  if missing == 0 then return stand(id) end
  redis.call('HSET', key(id), 'state', 'pending', 'missing', missing)
  redis.call('HDEL', key(id), 'startedAt', 'token')
end
-- A job that needed another one keeps how that ended, as the other may be forgotten.
local function blame(id, root)
  local facts = redis.call('HMGET', key(root), 'root', 'rootName', 'rootProblem', 'rootOutcome', 'name', 'problem', 'outcome')
  if not facts[1] then facts = { root, facts[5] or 'a job', facts[6] or 'there is no such job any more', facts[7] or '' } end
  redis.call('HSET', key(id), 'root', facts[1], 'rootName', facts[2], 'rootProblem', facts[3], 'rootOutcome', facts[4],
    'problem', 'UpstreamError: ' .. facts[2] .. ' (job ' .. facts[1] .. ') ended badly: ' .. facts[3])
end
conclude = function(first, how)
  local stack = { { first, how } }
  while #stack > 0 do
    local id, how = unpack(table.remove(stack))
    redis.call('HSET', key(id), 'state', how.state, 'endedAt', now)
    redis.call('HDEL', key(id), 'cancelled', 'token')
    if how.blob and how.blob ~= '' then
      redis.call('HSET', key(id), 'outcomeAt', how.blob)
      redis.call('ZREM', P .. 'trash', how.blob)
    end
    if how.root then blame(id, how.root) else redis.call('HSET', key(id), 'outcome', how.outcome) end
    if how.problem and how.problem ~= '' then redis.call('HSET', key(id), 'problem', how.problem) end
    if how.output and how.output ~= '' then redis.call('HSET', key(id), 'output', how.output) end
    redis.call('ZADD', P .. 'ended', now, id)
    redis.call('ZREM', P .. 'outbox', id)
    ended[#ended + 1] = id
    -- One that ended badly may begin anew with what it needs.
    if how.state == 'completed' then
      for _, needed in ipairs(after(id)) do redis.call('SREM', needs(needed), id) end
    end
    for _, dependent in ipairs(redis.call('SMEMBERS', needs(id))) do
      local state = get(dependent, 'state')
      if state and not ENDED[state] then
        if how.state == 'completed' then
          -- It is counted, as it may need thousands.
          if redis.call('HINCRBY', key(dependent), 'missing', -1) == 0 then stand(dependent) end
        else stack[#stack + 1] = { dependent, { state = 'upstreamFailed', root = id } } end
      end
    end
  end
end
`;
