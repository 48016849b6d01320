/** The bridge to Ray, and what it has in the cluster, where there is no Ray: what only happens there once in a while. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const HOME = fileURLToPath(new URL("../../python", import.meta.url));

/** Of Ray as much as is needed to load the bridge. */
const RAY = `
import asyncio, os, sys, threading, time
from types import ModuleType, SimpleNamespace as of
ray = ModuleType("ray")
ray.cloudpickle = of(register_pickle_by_value=lambda module: None)
ray.exceptions = of(TaskCancelledError=KeyError)
sys.modules["ray"] = ray
sys.path.insert(0, ${JSON.stringify(HOME)})
import heddle_ray
from heddle_ray import Bridge, Mailbox, NodeWorker
`;

/** A worker whose mailbox and Node workers do what they are told. */
const WORKER = `
class Said:
    """What is asked of an actor, which answers at once, or never."""
    def __init__(self, answer=lambda *about: None):
        self.answer = answer
        self.all = []
    def remote(self, *about):
        self.all.append(about)
        return of(future=lambda: of(result=lambda: self.answer(*about)))

class Node:
    pid, claims, heard, stopped = 1, of(current=lambda: 1, take_back=lambda: None), True, False
    process = of(poll=lambda: None)
    TAKEN, REPORTS, ENDED, VALUE = 4, 0, 1, 2
    def __init__(self, setup):
        self.begun, self.killed, self.posted = [], False, []
        during(setup)
    def begin(self, ref, count, *parts): self.begun.append(ref)
    def receive(self): return None if self.killed else (self.ENDED, b"")
    def kill(self): self.killed = True
    def end(self): return -9, ""
    def over(self): pass
    def stop(self, places): pass
    def post(self, ref, message): self.posted.append((ref, message))

def during(setup): pass

ray.get_runtime_context = lambda: of(get_worker_id=lambda: "worker")
ray.util = of(get_node_ip_address=lambda: "here")
heddle_ray.Node = Node
mailbox = of(listen=Said(lambda *about: threading.Event().wait()), say=Said(), setup_of=Said(lambda run, name: ("setup", [])))
worker = NodeWorker(mailbox)
`;

const BRIDGE = `
said = []
bridge = Bridge(lambda *words: said.append(words))
bridge.connected = True
`;

const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** What a program says for itself, and how it ends. */
function python(...parts: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", [RAY, ...parts].join("\n")], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

test.skipIf(!hasPython)("a cluster that is gone since the last run is told, and waited for no longer than said", () => {
  const program = `
ray.nodes = threading.Event().wait
bridge.mailbox = of(begin=of(remote=lambda *about: None))
bridge.output = os.fdopen(1, "wb", buffering=0)
asyncio.run(bridge.open({"address": "ray://gone:10001", "timeout": 0.2, "worker": {}}, 0))
`;
  expect(python(BRIDGE, program)).toEqual({
    status: 1,
    stdout: expect.stringContaining("ray://gone:10001 has not answered for 0.2 s"),
    stderr: "",
  });
});

test.skipIf(!hasPython)("what no node can have is cancelled at Ray, too, as Ray would start a node for it", () => {
  const program = `
cancelled = []
ray.cancel = lambda reply, force: cancelled.append((reply, force))
class Never:
    def __init__(self, name): self.name = name
    def __await__(self): return asyncio.get_running_loop().create_future().__await__()
    def __repr__(self): return self.name
async def main():
    bridge.nodes, bridge.options = [{"CPU": 1}], {"grows": True}
    async def stop(*about): return False
    bridge.mailbox = of(stop=of(remote=stop))
    bridge.function = of(options=lambda name, **given: of(remote=lambda run, ref, *about: (Never(name), None)))
    async def look(): pass
    bridge.look = look
    bridge.call(1, "waits for a CPU", {}, [], b"", 1)
    bridge.call(2, "waits for a node", {"num_gpus": 1}, [], b"", 1)
    while len(bridge.calls) < 2: await asyncio.sleep(0)
    for ref in 1, 2: bridge.stop(ref, b"", 0, 1)
    while len(said) < 2: await asyncio.sleep(0)
    print(said, cancelled)
asyncio.run(main())
`;
  const stdout = "[('stopped', 1), ('stopped', 2)] [(waits for a node, False)]\n";
  expect(python(BRIDGE, program)).toEqual({ status: 0, stdout, stderr: "" });
});

test.skipIf(!hasPython)("what is stopped in parts is given up only when no part of it was found", () => {
  const program = `
async def main():
    bridge.nodes, bridge.options = [{"CPU": 1}], {"grows": True}
    questions = []
    def stop(*about):
        questions.append(asyncio.get_running_loop().create_future())
        return questions[-1]
    bridge.mailbox = of(stop=of(remote=stop))
    reply = asyncio.get_running_loop().create_future()
    bridge.function = of(options=lambda **given: of(remote=lambda run, ref, *about: (reply, None)))
    bridge.call(1, "task", {}, [], b"", 2)
    bridge.stop(1, b"", 0, 1)
    bridge.stop(1, b"", 0, 2)
    while len(questions) < 2: await asyncio.sleep(0)
    for question, found in (1, True), (0, False):
        questions[question].set_result(found)
        for _ in range(10): await asyncio.sleep(0)
    print(said, bridge.calls[1].dropped)
asyncio.run(main())
`;
  expect(python(BRIDGE, program)).toEqual({ status: 0, stdout: "[] False\n", stderr: "" });
});

test.skipIf(!hasPython)("a call that waits goes on, although what the one before has said comes late", () => {
  const program = `
async def main():
    mailbox = Mailbox()
    await mailbox.say("worker", 2, 0, [])
    pause = asyncio.ensure_future(mailbox.pause("worker", 2, 1))
    await asyncio.sleep(0)
    await mailbox.say("worker", 1, 0, [])
    await mailbox.tell(2, b"", True)
    await asyncio.wait_for(pause, 1)
asyncio.run(main())
`;
  expect(python(program)).toEqual({ status: 0, stdout: "", stderr: "" });
});

test.skipIf(!hasPython)("whether a worker has a call is known when one says so, or all have answered that can", () => {
  const program = `
heddle_ray.SILENT = 0.05
async def main():
    mailbox = Mailbox()
    await mailbox.begin(1, "setup")
    for worker in "one", "two": await mailbox.setup_of(1, worker)
    async def answers(worker, found):
        (ref, _, _, _, number), = await mailbox.listen(worker, 1, [])
        await mailbox.listen(worker, 0, [[number, found]])
    async def asked(ref, *about):
        stop = asyncio.ensure_future(mailbox.stop(ref, b"", 0, [1]))
        await asyncio.sleep(0)
        for worker, found in about: await answers(worker, found)
        return await stop
    print(await asked(1, ("one", False), ("two", False)), await asked(2, ("one", False), ("two", True)))
    # The first to say yes is enough; of who does not answer no answer is expected from then on.
    print(await asked(3, ("one", True)), await asked(4, ("one", False)), mailbox.boxes["two"].silent)
    print(await asked(5, ("one", False)), len(await mailbox.listen("two", 1, [])), mailbox.boxes["two"].silent)
    await mailbox.say("one", 6, 0, [])
    print(await asked(6, ("one", True)), mailbox.questions)
    # Who had it is gone: all hear of it, as any may get it.
    await mailbox.say("gone", 7, 0, [])
    print(await asked(7), [len(await mailbox.listen(worker, 1, [])) for worker in ("one", "two")])
asyncio.run(main())
`;
  const stdout = "False True\nTrue False True\nFalse 3 False\nTrue {}\nFalse [1, 1]\n";
  expect(python(program)).toEqual({ status: 0, stdout, stderr: "" });
});

test.skipIf(!hasPython)(
  "a worker says of a call whether it has it, or had it, also while it makes ready for it",
  () => {
    const program = `
heard = []
def asked(ref): return worker.hear([[ref, b"", 0, [2], 7]])[0][1]
def during(setup): heard.extend([asked(1), asked(2)])
worker.run(1, 1, 2, b"", [])
print(heard, asked(1), asked(3))
`;
    expect(python(WORKER, program)).toEqual({ status: 0, stdout: "[True, False] True False\n", stderr: "" });
  },
);

test.skipIf(!hasPython)("when the run ends nobody waits any more", () => {
  const program = `
async def main():
    mailbox = Mailbox()
    pause = asyncio.ensure_future(mailbox.pause("worker", 1, 1))
    await asyncio.sleep(0)
    await mailbox.finish()
    await asyncio.wait_for(pause, 1)
asyncio.run(main())
`;
  expect(python(program)).toEqual({ status: 0, stdout: "", stderr: "" });
});

test.skipIf(!hasPython)("nothing is kept for workers that are gone, nor of calls that have ended", () => {
  const program = `
async def main():
    mailbox = Mailbox()
    await mailbox.begin(1, "setup")
    await mailbox.setup_of(1, "gone")
    await mailbox.say("gone", 1, 0, [])
    mailbox.boxes["gone"].since -= heddle_ray.GONE
    await mailbox.setup_of(1, "there")
    # The end of a call may be told before its cancel.
    await mailbox.forget(2)
    for ref in 2, 3: await mailbox.tell(ref, b"", False)
    print(len(await mailbox.listen("there", 1, [])), list(mailbox.boxes), mailbox.workers, list(mailbox.told))
asyncio.run(main())
`;
  expect(python(program)).toEqual({ status: 0, stdout: "1 ['there'] {} [3]\n", stderr: "" });
});

test.skipIf(!hasPython)("what a call is told after its end is not kept in its worker", () => {
  const program = `
worker.run(1, 1, 1, b"", [])
worker.hear([[ref, b"", None, [], None] for ref in (1, 2)])
print(list(worker.coming), worker.run(1, 2, 1, b"", [])[0][3][0], list(worker.coming), worker.idle.posted)
`;
  expect(python(WORKER, program)).toEqual({ status: 0, stdout: "[2] ended [] [(2, b'')]\n", stderr: "" });
});

test.skipIf(!hasPython)(
  "what is cancelled before it comes does not begin, also if the end of the run before is heard late",
  () => {
    const program = `
worker.run(1, 1, 1, b"", [])
mailbox.setup_of.answer = lambda run, name: ("setup", [[3, b"", 0, [1], None]])
worker.run(2, 2, 1, b"", [])
worker.hear([[None, 1, None, None, None]])
print(worker.run(2, 3, 1, b"", [])[0][3], worker.idle.begun)
`;
    expect(python(WORKER, program)).toEqual({ status: 0, stdout: "['stopped'] [2]\n", stderr: "" });
  },
);

test.skipIf(!hasPython)("a call whose run ends while its Node worker starts does not begin", () => {
  const program = `
nodes = []
def during(setup): worker.hear([[None, 1, None, None, None]])
take = worker.take
def taken(setup):
    nodes.append(take(setup)[0])
    return nodes[0], True
worker.take = taken
print(worker.run(1, 1, 1, b"", [])[0][3][0], nodes[0].begun, nodes[0].killed)
`;
  expect(python(WORKER, program)).toEqual({ status: 0, stdout: "gone [] True\n", stderr: "" });
});

test.skipIf(!hasPython)(
  "what a call is told just before it comes to its Node worker, that hears behind it, and no other call does",
  () => {
    const program = `
import queue
from heddle_node import Node
node = Node({"node": "/bin/true", "flags": [], "entry": "", "small": 0, "env": {}, "first": b""})
written = []
node.write = lambda *parts: written.append(parts)
node.posts = queue.SimpleQueue()
def delivered(*posts):
    for post in [*posts, (None, None)]: node.post(*post)
    node.deliver()
delivered((1, b"for the first"), (2, b"for the second"))
node.begin(1, 1, b"first")
node.over()
delivered((1, b"late"))
node.begin(2, 1, b"second")
print(written)
`;
    const stdout = "[(b'first',), (b'for the first',), (b'second',)]\n";
    expect(python(program)).toEqual({ status: 0, stdout, stderr: "" });
  },
);
