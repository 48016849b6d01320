/** What stands in BullMQ's lines, under the names that BullMQ gives them. */

/** How BullMQ counts in the sorted sets in which jobs wait: the rank, or the time, before a counter. */
const [RANKS, TIMES] = [2 ** 32, 2 ** 12];
/** In place of a rank. */
export const HEADS = { LATER: -1, BEGUN: -2 };

/**
 * Names of lines → for each that is not empty its place among the names, the rank of what comes first, and how many can
 * start at least. The smallest rank comes first; it is 0 for what was lost, or has waited for its time, -1 if no time has
 * come, and -2 if all that is there has begun.
 */
const heads = `
local found = {}
local function score(name)
  local first = redis.call('ZRANGE', name, 0, 0, 'WITHSCORES')
  return first[2] and tonumber(first[2])
end
for i = 2, #ARGV do
  local line = string.sub(P, 1, -2) .. ':' .. ARGV[i] .. ':'
  local rank, time = score(line .. 'prioritized'), score(line .. 'delayed')
  local count = redis.call('ZCARD', line .. 'prioritized')
  local first = redis.call('LLEN', line .. 'wait')
  if time and math.floor(time / ${TIMES}) <= now then first = first + 1 end
  if rank then rank = math.floor(rank / ${RANKS}) end
  if first > 0 then rank = 0 end
  if not rank then
    if time then rank = ${HEADS.LATER} elseif redis.call('LLEN', line .. 'active') > 0 then rank = ${HEADS.BEGUN} end
  end
  if rank then found[#found + 1] = { i - 2, rank, count + first } end
end
return found
`;

/**
 * Line, lease, and the names and tokens of what a worker has whose lease has run out → the names of what is not its own any
 * more. BullMQ extends only what has not run out; what nobody has taken over meanwhile is still there as begun.
 */
const regain = `
local line = string.sub(P, 1, -2) .. ':' .. ARGV[2] .. ':'
local lost = {}
for at = 4, #ARGV, 2 do
  local name = ARGV[at]
  local begun = redis.call('LPOS', line .. 'active', name)
  if not begun or not redis.call('SET', line .. name .. ':lock', ARGV[at + 1], 'PX', ARGV[3], 'NX') then
    lost[#lost + 1] = name
  end
end
return lost
`;

/**
 * Key of BullMQ's that has it pass over a look for what is lost, the time until which by the server's clock the look sent
 * behind this is not too late, and for how long it is passed over if it is. No act, as those leave at the end of a turn.
 */
export const NOT_LATER = `
local time = redis.call('TIME')
if time[1] * 1000 + time[2] / 1000 > tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[2]) end
`;

/** By the names of the commands that the client gets for them. */
export const LINE_ACTS = { lineHeads: heads, regainLeases: regain };
