/**
 * Large values of runs, which lie beside Redis.
 *
 * Keys: {prefix}values:RUN their names, {prefix}runs when a run that has some was last heard of, {prefix}trash what is
 * to be removed, and when.
 */

/** run, name, whether also if the run is not known → whether it is. It comes before something is written there. */
const keep = `
local run = ARGV[2]
local there = redis.call('EXISTS', P .. 'run:' .. run)
if there == 0 and ARGV[4] == '' then return 0 end
redis.call('SADD', P .. 'values:' .. run, ARGV[3])
redis.call('ZADD', P .. 'runs', now, run)
return 1
`;

/** run → whether it has values. */
const live = `
if redis.call('EXISTS', P .. 'values:' .. ARGV[2]) == 0 then return 0 end
redis.call('ZADD', P .. 'runs', now, ARGV[2])
return 1
`;

/** run → the names of its values. A worker may be writing one of them, so they stay in the trash for a while. */
const end = `
local names = redis.call('SMEMBERS', P .. 'values:' .. ARGV[2])
for _, name in ipairs(names) do redis.call('ZADD', P .. 'trash', now + 3600000, name) end
redis.call('DEL', P .. 'values:' .. ARGV[2])
redis.call('ZREM', P .. 'runs', ARGV[2])
return names
`;

/** For how long → how many runs were given up, of which so long nothing was heard. */
const abandon = `
local count = 0
for _, run in ipairs(redis.call('ZRANGEBYSCORE', P .. 'runs', '-inf', now - ARGV[2])) do
  for _, name in ipairs(redis.call('SMEMBERS', P .. 'values:' .. run)) do redis.call('ZADD', P .. 'trash', now, name) end
  redis.call('DEL', P .. 'values:' .. run)
  redis.call('ZREM', P .. 'runs', run)
  count = count + 1
end
return count
`;

/** By the names of the commands that the client gets for them. */
export const VALUE_ACTS = { keepValue: keep, liveValues: live, endValues: end, abandonValues: abandon };
