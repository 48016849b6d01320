/**
 * What happens to calls of runs elsewhere. A batch of them is a job, so that workers get, keep and lose it as one; how
 * each call ended stands in that job, as `rN`, until the run has it, and that it has begun as `bN`.
 *
 * Keys: {prefix}run:RUN is there for as long as the run is, {prefix}asks:RUN what its calls ask, {prefix}answer:ID.
 */

import { BEGUN } from "./messages.ts";

/** In seconds: who asks a run that is gone finds that out long before. */
const ASKED = 24 * 60 * 60;

/**
 * id, life, token, worker, 1 if its run may not have had time to say that it lives, fields → what to do with it, the calls,
 * those of them that have ended, and the fields.
 */
const begin = `
local id, token = ARGV[2], ARGV[4]
local facts = redis.call('HMGET', key(id), 'state', 'life', 'token', 'given')
if not facts[1] or ENDED[facts[1]] or facts[2] ~= ARGV[3] then return { 'drop' } end
if ARGV[6] == '0' and redis.call('EXISTS', P .. 'run:' .. cjson.decode(facts[4]).options.run) == 0 then
  erase(id)
  return { 'drop' }
end
local lost = facts[1] == 'running' and facts[3] ~= token
if lost then redis.call('HINCRBY', key(id), 'losses', 1) end
if facts[1] ~= 'running' or lost then
  redis.call('HSET', key(id), 'state', 'running', 'startedAt', now, 'worker', ARGV[5], 'token', token)
  redis.call('HINCRBY', key(id), 'attempts', 1)
  redis.call('ZREM', P .. 'outbox', id)
end
local over = {}
for _, name in ipairs(redis.call('HKEYS', key(id))) do
  local number = string.match(name, '^r(%d+)$')
  if number then over[#over + 1] = number end
end
local fields = redis.call('HMGET', key(id), unpack(ARGV, 7))
return { lost and 'lost' or 'go', get(id, 'inputs'), over, fields }
`;

/**
 * id, life, run, worker, whether that is all, 1 if its run may not have had time to say that it lives, and for each call its
 * place and how it ended → whether anybody wants it.
 */
const tellEnds = `
local BEGUN = string.char(${BEGUN})
local id, run = ARGV[2], ARGV[4]
local facts = redis.call('HMGET', key(id), 'state', 'life')
if not facts[1] or ENDED[facts[1]] or facts[2] ~= ARGV[3] then return 0 end
local said = { struct.pack('<BBB', 1, #id, #ARGV[5]), id, ARGV[5] }
for at = 8, #ARGV, 2 do
  local field = (ARGV[at + 1] == BEGUN and 'b' or 'r') .. ARGV[at]
  if redis.call('HSETNX', key(id), field, ARGV[at + 1]) == 1 then
    said[#said + 1] = struct.pack('<I4I4', tonumber(ARGV[at]), #ARGV[at + 1])
    said[#said + 1] = ARGV[at + 1]
  end
end
redis.call('PUBLISH', P .. 'calls:' .. run, table.concat(said))
if ARGV[6] == '1' then
  conclude(id, { state = 'completed', outcome = '' })
  if ARGV[7] == '0' and redis.call('EXISTS', P .. 'run:' .. run) == 0 then erase(id) end
end
return 1
`;

/** ids → for each its state, its worker, and how calls of it ended. */
const look = `
local seen = {}
for i = 2, #ARGV do
  local all = redis.call('HGETALL', key(ARGV[i]))
  local ends, state, worker = {}, '', ''
  for at = 1, #all, 2 do
    if all[at] == 'state' then state = all[at + 1] end
    if all[at] == 'worker' then worker = all[at + 1] end
    local number = string.match(all[at], '^[br](%d+)$')
    if number then
      ends[#ends + 1] = number
      ends[#ends + 1] = all[at + 1]
    end
  end
  seen[i - 1] = { state, worker, ends }
end
return seen
`;

/** id, reason, places → 2 if a worker has it, which is told to stop these calls, 1 if none has, so that they do not run. */
const stop = `
local id = ARGV[2]
local facts = redis.call('HMGET', key(id), 'state', 'stops')
if not facts[1] or ENDED[facts[1]] then return 0 end
local stops = facts[2] and cjson.decode(facts[2]) or {}
for at = 4, #ARGV do stops[ARGV[at]] = ARGV[3] end
redis.call('HSET', key(id), 'stops', cjson.encode(stops))
if facts[1] == 'running' then
  stopped[#stopped + 1] = id
  return 2
end
return 1
`;

/**
 * run, number, who asks, batch, place of the call, question, 1 if the run may not have had time to say that it lives →
 * whether there is such a run.
 */
const ask = `
local run, number = ARGV[2], ARGV[3]
if ARGV[8] == '0' and redis.call('EXISTS', P .. 'run:' .. run) == 0 then return 0 end
local head = struct.pack('<BBBBI4', 2, #number, #ARGV[4], #ARGV[5], tonumber(ARGV[6]))
local asked = head .. number .. ARGV[4] .. ARGV[5] .. ARGV[7]
redis.call('HSET', P .. 'asks:' .. run, number, asked)
redis.call('EXPIRE', P .. 'asks:' .. run, ${ASKED})
redis.call('PUBLISH', P .. 'calls:' .. run, asked)
return 1
`;

/** run, number, who asked, for how many seconds the answer is kept, answer. */
const answer = `
redis.call('HDEL', P .. 'asks:' .. ARGV[2], ARGV[3])
redis.call('SET', P .. 'answer:' .. ARGV[3], ARGV[6], 'EX', ARGV[5])
redis.call('PUBLISH', P .. 'calls:' .. ARGV[4], struct.pack('<BB', 3, #ARGV[3]) .. ARGV[3] .. ARGV[6])
return 1
`;

/** run, numbers → whether there is such a run, and for each the answer. */
const answers = `
local given = { redis.call('EXISTS', P .. 'run:' .. ARGV[2]) }
for at = 3, #ARGV do given[at - 1] = redis.call('GET', P .. 'answer:' .. ARGV[at]) end
return given
`;

/** By the names of the commands that the client gets for them. */
export const CALL_ACTS = {
  beginCalls: begin,
  tellEnds,
  lookAtCalls: look,
  stopCalls: stop,
  askRun: ask,
  answerCall: answer,
  answersFor: answers,
};
