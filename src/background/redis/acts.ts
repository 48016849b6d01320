/**
 * What happens to jobs, in Lua, so that each act happens as a whole or not at all. It is what the ledger and the shelves
 * of the embedded queue do. What has to reach BullMQ stands in the outbox until it has, should who put it there die.
 *
 * Keys: {prefix}job:ID is a job as a hash, {prefix}needs:ID who needs its result.
 */
import { CALL_ACTS } from "./call-acts.ts";
import { GROUND } from "./ground.ts";
import { LINE_ACTS } from "./line-acts.ts";
import { VALUE_ACTS } from "./value-acts.ts";

/**
 * id, given, inputs, key, name, notBefore, after, line, what lies beside Redis, which calls are not to be run → the id,
 * and what is to be handed on.
 */
const enter = `
local id, k = ARGV[2], ARGV[5]
if k ~= '' then
  local known = redis.call('HGET', P .. 'keys', k)
  if known and redis.call('EXISTS', key(known)) == 1 then return { known } end
  redis.call('HSET', P .. 'keys', k, id)
end
if redis.call('EXISTS', key(id)) == 1 then return { id } end
redis.call('HSET', key(id), 'given', ARGV[3], 'inputs', ARGV[4], 'key', k, 'name', ARGV[6], 'notBefore', ARGV[7],
  'after', ARGV[8], 'line', ARGV[9], 'addedAt', now, 'attempts', 0, 'losses', 0, 'life', 0)
if ARGV[10] and ARGV[10] ~= '' then
  redis.call('HSET', key(id), 'inputsAt', ARGV[10])
  redis.call('ZREM', P .. 'trash', ARGV[10])
end
if ARGV[11] and ARGV[11] ~= '' then redis.call('HSET', key(id), 'stops', ARGV[11]) end
if redis.call('SADD', P .. 'lines', ARGV[9]) == 1 then fresh = true end
redis.call('ZADD', P .. 'all', redis.call('INCR', P .. 'number'), id)
for _, needed in ipairs(after(id)) do redis.call('SADD', needs(needed), id) end
place(id)
return { id, handed }
`;

/** id, life, token, worker, most losses, how BullMQ names what it came in, fields → what to do with it, what is needed for that, and those fields. */
const begin = `
local id, token = ARGV[2], ARGV[4]
local function known() return redis.call('HMGET', key(id), unpack(ARGV, 8)) end
local facts = redis.call('HMGET', key(id), 'state', 'life', 'token', 'cancelled', 'given', 'via')
if not facts[1] or ENDED[facts[1]] or facts[2] ~= ARGV[3] then return { 'drop' } end
if facts[1] == 'pending' and tonumber(get(id, 'missing')) > 0 then return { 'drop' } end
if facts[1] ~= 'running' or facts[3] ~= token then
  if facts[1] == 'running' then
    -- Handed over twice, it is another one's.
    if facts[6] and facts[6] ~= ARGV[7] then return { 'drop' } end
    local losses = redis.call('HINCRBY', key(id), 'losses', 1)
    if facts[4] then return { 'cancelled', facts[4], {}, known() } end
    local restart = cjson.decode(facts[5]).restart
    if not restart or losses > tonumber(ARGV[6]) then return { 'crashed', losses, {}, known() } end
  end
  redis.call('HSET', key(id), 'state', 'running', 'startedAt', now, 'worker', ARGV[5], 'token', token,
    'via', ARGV[7])
  redis.call('HINCRBY', key(id), 'attempts', 1)
  redis.call('ZREM', P .. 'outbox', id)
end
local upstream = {}
for i, needed in ipairs(after(id)) do upstream[i] = get(needed, 'outcome') end
return { 'go', get(id, 'inputs'), upstream, known() }
`;

/** id, life, state, outcome, problem, output, what lies beside Redis → whether it counts, and what is to be handed on. */
const end = `
local id = ARGV[2]
local facts = redis.call('HMGET', key(id), 'state', 'life')
if not facts[1] or ENDED[facts[1]] or facts[2] ~= ARGV[3] then
  local name = ARGV[8]
  if name and name ~= '' and get(id, 'outcomeAt') ~= name then redis.call('ZADD', P .. 'trash', now, name) end
  return { 0, {} }
end
conclude(id, { state = ARGV[4], outcome = ARGV[5], problem = ARGV[6], output = ARGV[7], blob = ARGV[8] })
return { 1, handed }
`;

/** id, life, token → 1 if it was given back, 2 if it is to be cancelled, 0 if it is not this one's any more. */
const giveBack = `
local id = ARGV[2]
local facts = redis.call('HMGET', key(id), 'state', 'life', 'token', 'cancelled')
if facts[1] ~= 'running' or facts[2] ~= ARGV[3] or facts[3] ~= ARGV[4] then return 0 end
if facts[4] then return 2 end
redis.call('HSET', key(id), 'state', 'queued')
redis.call('HDEL', key(id), 'startedAt', 'token')
return 1
`;

/** id, life → what is to be handed on, if it has not begun. */
const passOn = `
local facts = redis.call('HMGET', key(ARGV[2]), 'state', 'life', 'missing')
local stands = facts[1] == 'queued' or (facts[1] == 'pending' and facts[3] == '0')
if stands and facts[2] == ARGV[3] then hand(ARGV[2]) end
return handed
`;

/** id, reason, outcome, problem → whether it had not ended. */
const cancel = `
local id = ARGV[2]
local state = get(id, 'state')
if not state or ENDED[state] then return 0 end
if state == 'running' then
  redis.call('HSETNX', key(id), 'cancelled', ARGV[3])
  stopped[#stopped + 1] = id
else conclude(id, { state = 'cancelled', outcome = ARGV[4], problem = ARGV[5] }) end
return 1
`;

/** id → whether it begins anew, and what is to be handed on. */
const retry = `
local first = ARGV[2]
local state = get(first, 'state')
if not state or not ENDED[state] or state == 'completed' then return { 0, {} } end
local stack = { first }
while #stack > 0 do
  local id = table.remove(stack)
  toss(id, 'outcomeAt')
  redis.call('HDEL', key(id), 'outcome', 'output', 'problem', 'endedAt', 'root', 'rootName', 'rootProblem', 'rootOutcome')
  redis.call('HSET', key(id), 'attempts', 0, 'losses', 0)
  redis.call('HINCRBY', key(id), 'life', 1)
  redis.call('ZREM', P .. 'ended', id)
  for _, needed in ipairs(after(id)) do redis.call('SADD', needs(needed), id) end
  place(id)
  for _, dependent in ipairs(redis.call('SMEMBERS', needs(id))) do
    if get(dependent, 'state') == 'upstreamFailed' then stack[#stack + 1] = dependent end
  end
end
return { 1, handed }
`;

/** ids → how many of them are forgotten. */
const forget = `
local count = 0
for i = 2, #ARGV do
  local id = ARGV[i]
  local state = get(id, 'state')
  local needed = not state or not ENDED[state]
  for _, dependent in ipairs(redis.call('SMEMBERS', needs(id))) do
    local state = get(dependent, 'state')
    if state and not ENDED[state] then needed = true end
  end
  if not needed then
    for _, other in ipairs(after(id)) do redis.call('SREM', needs(other), id) end
    local k = get(id, 'key')
    if k ~= '' and redis.call('HGET', P .. 'keys', k) == id then redis.call('HDEL', P .. 'keys', k) end
    erase(id)
    count = count + 1
  end
end
return count
`;

/** id, fields → their values. */
const see = `
return redis.call('HMGET', key(ARGV[2]), unpack(ARGV, 3))
`;

/** ids → those of them that have ended, or are not known. */
const over = `
local found = {}
for i = 2, #ARGV do
  local state = get(ARGV[i], 'state')
  if not state or ENDED[state] then found[#found + 1] = ARGV[i] end
end
return found
`;

/** How long it has been there, how many → what is in the outbox although who put it there had the time. */
const left = `
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'outbox', '-inf', now - ARGV[2], 'LIMIT', 0, ARGV[3])) do
  hand(id)
end
return handed
`;

/** line, ids → they have reached BullMQ. */
const arrive = `
redis.call('ZREM', P .. 'outbox', unpack(ARGV, 3))
queued[#queued + 1] = ARGV[2]
return 1
`;

/** Schedule, as it was, as it is to be → whether it was as it was. */
const reschedule = `
if redis.call('HGET', P .. 'schedules', ARGV[2]) ~= ARGV[3] then return 0 end
redis.call('HSET', P .. 'schedules', ARGV[2], ARGV[4])
return 1
`;

/** By the names of the commands that the client gets for them. */
const ACTS = {
  enterJob: enter,
  beginJob: begin,
  endJob: end,
  giveBackJob: giveBack,
  passOnJob: passOn,
  cancelJob: cancel,
  retryJob: retry,
  forgetJobs: forget,
  seeJob: see,
  jobsOver: over,
  leftInOutbox: left,
  arriveJobs: arrive,
  reschedule,
  ...CALL_ACTS,
  ...LINE_ACTS,
  ...VALUE_ACTS,
};

export type Act = keyof typeof ACTS;

/** Acts of one kind that come in one turn are one script; the arguments of each begin with the time. */
const framed = (body: string) => `${GROUND}
local function act(ARGV)
${body}
end
local answers = {}
for _, args in ipairs(cmsgpack.unpack(ARGV[2])) do
  handed = {}
  answers[#answers + 1] = act(args)
end
if #ended + #stopped + #queued > 0 or fresh then
  local news = { fresh = fresh }
  if #queued > 0 then news.queued = queued end
  if #ended > 0 then news.ended = ended end
  if #stopped > 0 then news.stopped = stopped end
  redis.call('PUBLISH', P .. 'news', cjson.encode(news))
end
return answers
`;

export const scripts = Object.fromEntries(Object.entries(ACTS).map(([name, body]) => [name, framed(body)])) as Record<
  Act,
  string
>;
