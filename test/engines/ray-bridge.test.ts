/** The bridge to Ray, where there is no Ray. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const HOME = fileURLToPath(new URL("../../python", import.meta.url));

/** A bridge that has rested, and whose cluster does not answer any more. */
const GONE = `
import asyncio, os, sys, threading
from types import ModuleType, SimpleNamespace as of
ray = ModuleType("ray")
ray.cloudpickle = of(register_pickle_by_value=lambda module: None)
ray.nodes = threading.Event().wait
sys.modules["ray"] = ray
sys.path.insert(0, ${JSON.stringify(HOME)})
from heddle_ray import Bridge
bridge = Bridge(lambda *said: None)
bridge.connected = True
bridge.mailbox = of(begin=of(remote=lambda *about: None))
bridge.output = os.fdopen(1, "wb", buffering=0)
asyncio.run(bridge.open({"address": "ray://gone:10001", "timeout": 0.2, "worker": {}}, 0))
`;

const hasPython = spawnSync("python3", ["--version"]).status === 0;

test.skipIf(!hasPython)("a cluster that is gone since the last run is told, and waited for no longer than said", () => {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", GONE], { encoding: "utf8" });
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: expect.stringContaining("ray://gone:10001 has not answered for 0.2 s"),
    stderr: "",
  });
});
