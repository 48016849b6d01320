/** The URL of a Redis names a runner. */
import { port } from "../../task/port.ts";
import { isRedis } from "./place.ts";
import { redisRunner } from "./runner.ts";

port.runnerAt = address => (isRedis(address) ? redisRunner(address) : null);
