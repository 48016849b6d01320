"""The bridge between heddle and Ray.

heddle starts it with the user's Python and speaks with it by frames over the standard streams; see
docs/design/clusters.md. What it hands on, calls, reports and values, are bytes that it does not look into. It needs
`ray`, and nothing else.
"""
import asyncio
import os
import queue
import socket
import sys
import threading
import time

# Where heddle is installed is not the place for what Python compiles.
compiles, sys.dont_write_bytecode = not sys.dont_write_bytecode, True

import heddle_node
from heddle_node import Node, Recent, Refused, encode, serve

sys.dont_write_bytecode = not compiles

try:
    import ray
except ImportError as error:
    ray = None
    problem = str(error)
else:
    ray.cloudpickle.register_pickle_by_value(heddle_node)

# What a call says within so many seconds goes with its end, if it ends in them.
HELD = 0.01

# A listener asks again after so many seconds, so that nobody answers those that are gone.
ASKS = 60

# A worker that has not asked for so long is gone.
GONE = 2 * ASKS

# How often a call that has ended may go on.
FOREVER = 2**32

# After so many seconds what has not begun of calls that travel together is taken back.
LATE = 0.25

# A run that has ended waits until nothing of it has ended for so many seconds.
QUIET = 0.25

# After so many seconds a worker that does not say whether it has a call is taken for gone.
SILENT = 1

# How long a call whose Node worker was killed may take to end, before its Ray worker is killed, too.
LAST = 5


class Box:
    """What a worker is to hear."""

    def __init__(self):
        self.messages = []
        self.coming = asyncio.Event()
        # When it asked last.
        self.since = time.monotonic()
        # It did not answer a question, and has not asked since.
        self.silent = False


class Question:
    """To workers: whether they have a call, or had it."""

    def __init__(self, workers):
        self.workers = workers
        self.found = False
        self.over = asyncio.Event()
        self.check()

    def answer(self, worker, found):
        self.workers.discard(worker)
        self.found = self.found or found
        self.check()

    def check(self):
        if self.found or not self.workers:
            self.over.set()


class Mailbox:
    """
    Passes on what calls say while they run, and what they are told: an actor, one for each bridge. What is said to it may
    come in another order, above all if it is large.
    """

    def __init__(self):
        self.said = []
        self.speaking = asyncio.Event()
        # Which call a worker has, and where a call is.
        self.calls = {}
        self.workers = {}
        # For calls of which it is not known yet where they are.
        self.told = {}
        # Calls of which nobody is told any more.
        self.over = Recent()
        self.boxes = {}
        self.questions, self.asked = {}, 0
        self.pauses = {}
        # The number of the run at hand, or of the last one, and what its Node workers are to be.
        self.run, self.setup, self.begun = 0, None, asyncio.Event()

    async def begin(self, run, setup):
        self.run, self.setup = run, setup
        self.begun.set()
        self.begun = asyncio.Event()

    async def setup_of(self, run, worker):
        """None if it has ended; and what was told of calls that may come to this worker."""
        while self.run < run:
            await self.begun.wait()
        # From now on it hears what is told.
        self.box(worker)
        return self.setup if self.run == run else None, sum(self.told.values(), [])

    async def finish(self):
        """The run has ended: its Node workers are to do so, too."""
        self.setup = None
        for worker, ref in list(self.pauses):
            self.go_on(worker, ref, FOREVER)
        for kept in self.said, self.calls, self.workers, self.told, self.pauses:
            kept.clear()
        self.deliver_all([None, self.run, None, None, None])

    async def say(self, worker, ref, *words):
        self.said.append([ref, worker, *words])
        self.speaking.set()
        before = self.calls.get(worker, 0)
        if ref > before:
            self.workers.pop(before, None)
            self.pauses.pop((worker, before), None)
            self.calls[worker] = ref
        self.workers[ref] = worker

    async def heard(self, seconds):
        """What was said since the last time."""
        await until(self.speaking, seconds)
        said, self.said = self.said, []
        return said

    async def tell(self, ref, message, goes_on):
        if ref in self.over:
            return
        self.pass_on([ref, message, None, [], None])
        if goes_on:
            self.go_on(self.workers.get(ref), ref, 1)

    async def stop(self, ref, message, grace, places):
        """Gives whether a worker has it, or had it: then it says how it ended, else it will not begin it."""
        if ref in self.over:
            return True
        number = self.asked = self.asked + 1
        workers = self.pass_on([ref, message, grace, places, number])
        question = self.questions[number] = Question(workers)
        await until(question.over, SILENT)
        del self.questions[number]
        if question.found:
            return True
        for worker in question.workers & self.boxes.keys():
            self.boxes[worker].silent = True
        if self.workers.get(ref) in question.workers:
            # It is gone: Ray may give the call to any other.
            del self.workers[ref]
            self.pass_on([ref, message, grace, places, None])
        return False

    def pass_on(self, message):
        """Where it is not known who has the call, or will have it, all hear of it. Gives of whom an answer may come."""
        ref = message[0]
        worker = self.workers.get(ref)
        if worker is not None:
            self.deliver(worker, message)
            return {worker}
        self.told.setdefault(ref, []).append(message)
        self.deliver_all(message)
        return {worker for worker, box in self.boxes.items() if not box.silent}

    async def forget(self, ref):
        """It has ended."""
        self.over.add(ref)
        if self.told.pop(ref, None) is not None:
            self.deliver_all([ref, None, None, None, None])

    def deliver_all(self, message):
        for worker, box in list(self.boxes.items()):
            if time.monotonic() - box.since < GONE:
                self.deliver(worker, message)
            else:
                del self.boxes[worker]
                self.workers.pop(self.calls.pop(worker, None), None)

    def deliver(self, worker, message):
        box = self.box(worker)
        box.messages.append(message)
        box.coming.set()

    def box(self, worker):
        if worker not in self.boxes:
            self.boxes[worker] = Box()
        return self.boxes[worker]

    async def listen(self, worker, seconds, answers):
        """What the call of a worker is told; and what it answers to what it was told before."""
        for number, found in answers:
            if number in self.questions:
                self.questions[number].answer(worker, found)
        box = self.box(worker)
        box.since, box.silent = time.monotonic(), False
        await until(box.coming, seconds)
        heard, box.messages = box.messages, []
        return heard

    async def pause(self, worker, ref, times):
        """Returns when a call that waits may go on, so many times in all; or has ended."""
        pause = self.pause_of(worker, ref)
        while pause[0] < times:
            pause[1].clear()
            await pause[1].wait()

    async def ended(self, worker, ref):
        self.go_on(worker, ref, FOREVER)

    def go_on(self, worker, ref, times):
        pause = self.pause_of(worker, ref)
        pause[0] += times
        pause[1].set()

    def pause_of(self, worker, ref):
        return self.pauses.setdefault((worker, ref), [0, asyncio.Event()])


async def until(event, seconds):
    """Waits for it, and has it begin anew."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except asyncio.TimeoutError:
        pass
    event.clear()


# What runs in the workers. Nothing there can import this file: it is sent by value, once for each worker process.

# By these a process knows which devices are its own; a Node worker has them from its start.
DEVICES = [
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "ONEAPI_DEVICE_SELECTOR",
    "TPU_VISIBLE_CHIPS",
    "NEURON_RT_VISIBLE_CORES",
    "HABANA_VISIBLE_MODULES",
    "ASCEND_RT_VISIBLE_DEVICES",
]


class NodeWorker:
    """The Node worker of a worker process of Ray's, which has one call at a time, or some that travel together."""

    def __init__(self, mailbox):
        self.mailbox = mailbox
        # The run at hand, and what its Node workers are; None when it has ended.
        self.number, self.setup = None, None
        self.name = ray.get_runtime_context().get_worker_id()
        self.place = ray.util.get_node_ip_address()
        self.lock = threading.Lock()
        self.idle = None
        self.devices = None
        # The task of Ray's at hand; while a Node worker has its calls also by this name, and who that is.
        self.task = None
        self.ref = None
        self.node = None
        # What was told of calls that are not here, and may come; and those that were here.
        self.coming = {}
        self.ended = Recent()
        threading.Thread(target=self.listen, daemon=True).start()

    def serve(self, run):
        """Has what it is for another run."""
        # Not by `ray.get`, as Ray would give the CPU to others meanwhile.
        setup, told = self.mailbox.setup_of.remote(run, self.name).future().result()
        with self.lock:
            self.number, self.setup = run, setup
        self.hear(told)
        if self.idle is not None:
            self.idle.kill()
            self.idle.end()
            self.idle = None

    def run(self, run, ref, calls, call, values):
        """How calls ended, and what they have said that nobody knows yet; the value of one, if that stays here."""
        if run != self.number:
            self.serve(run)
        self.calls, self.held, self.count, self.value, self.last, self.taken = calls, [], 0, None, None, False
        told = []
        with self.lock:
            self.task = ref
            self.ended.discard(ref)
        while self.last is None:
            setup = self.setup
            if setup is None:
                self.last = ["gone", "its run has ended"]
                break
            try:
                node, fresh = self.take(setup)
            except OSError as error:
                self.last = ["no node", self.place, f"{setup['node']}: {error.strerror}"]
                break
            with self.lock:
                told += self.coming.pop(ref, [])
                stopped = {place for _, _, _, places, _ in told for place in places}
                if self.setup is None:
                    node.kill()
                    self.last = ["gone", "its run has ended"]
                elif len(stopped) == calls:
                    self.last = ["stopped"]
                else:
                    self.ref, self.node = ref, node
                if self.last is not None:
                    self.idle = node
                    break
            try:
                node.begin(ref, calls, call, *values)
                for _, message, grace, places, _ in told:
                    self.tell(ref, message, grace, places)
                self.attend(node)
            except OSError:
                pass
            except BaseException:
                # Ray interrupts what its run has left behind.
                node.kill()
                raise
            finally:
                node.over()
                with self.lock:
                    self.ref = self.node = None
                    if self.last is not None:
                        self.idle = node
            if self.last is not None:
                break
            how, words = node.end()
            # One that died before it had the call has no part in it.
            if fresh or self.taken:
                kind = "died" if node.heard else "no worker"
                self.last = [kind, self.place, node.pid, how, words, node.claims.current(), node.stopped]
        with self.lock:
            self.coming.pop(ref, None)
            self.ended.add(ref)
            self.task = None
        held = [] if self.held == [] else [[self.place, node.pid, b"".join(self.held)]]
        return [self.name, self.count, held, self.last], self.value

    def take(self, setup):
        """The one that waits, if it is of use, else a new one; and whether it is new."""
        node, self.idle = self.idle, None
        devices = [os.environ.get(name) for name in DEVICES]
        if node is not None and devices == self.devices and node.process.poll() is None:
            return node, False
        if node is not None:
            node.kill()
            node.end()
        self.devices = devices
        return Node(setup), True

    def attend(self, node, steps=None):
        """Hears what a Node worker says, to the end of its calls or its own."""
        late = None
        while True:
            if self.held and not node.speaks_until(self.since + HELD):
                self.pass_on(node)
            if late is not None and not node.speaks_until(late):
                self.take_back(self.ref, node)
                late = None
            message = node.receive()
            if message is None:
                return
            kind, body = message
            if kind == node.TAKEN:
                self.taken = True
                late = time.monotonic() + LATE if self.calls > 1 else None
            elif kind == node.VALUE:
                self.value = body
            elif kind == node.REPORTS:
                if not self.held:
                    self.since = time.monotonic()
                self.held.append(body)
            elif kind == node.ENDED:
                said, self.held = b"".join([*self.held, body]), []
                self.last = ["ended", self.place, node.pid, said, -1 if self.value is None else len(self.value)]
                return
            else:
                self.pass_on(node)
                if steps is None:
                    self.wait(node)
                    return
                steps.put(True)

    def wait(self, node):
        """Has the rest of the calls attended to while this thread, Ray's, waits for Ray: then it needs no CPU."""
        steps = queue.SimpleQueue()
        steps.put(True)
        ref = self.ref

        def attend():
            try:
                self.attend(node, steps)
            except OSError:
                pass
            finally:
                self.mailbox.ended.remote(self.name, ref)
                steps.put(False)

        threading.Thread(target=attend, daemon=True).start()
        times = 0
        while steps.get():
            times += 1
            ray.get(self.mailbox.pause.remote(self.name, ref, times))

    def take_back(self, ref, node):
        with self.lock:
            last = node.claims.take_back() if self.ref == ref else None
            if last is not None:
                self.say([self.place, node.pid, last])

    def pass_on(self, node):
        held, self.held = self.held, []
        if held:
            with self.lock:
                self.say([self.place, node.pid, b"".join(held)])

    def say(self, *words):
        self.mailbox.say.remote(self.name, self.ref, self.count, list(words))
        self.count += 1

    def listen(self):
        """Hands on what calls here are told, and hears of the ends of runs."""
        answers = []
        while True:
            try:
                messages = self.mailbox.listen.remote(self.name, ASKS, answers).future().result()
            except Exception:
                return
            answers = self.hear(messages)

    def hear(self, messages):
        """Gives answers to what is asked."""
        answers = []
        for ref, message, grace, places, number in messages:
            if ref is None:
                self.finish(message)
            elif message is None:
                with self.lock:
                    self.coming.pop(ref, None)
            else:
                found = self.tell(ref, message, grace, places)
                if number is not None:
                    answers.append([number, found])
        return answers

    def finish(self, run):
        with self.lock:
            if self.number is not None and self.number > run:
                return
            self.coming.clear()
            if self.number != run:
                return
            self.setup = None
            nodes = [self.node, self.idle]
        for node in nodes:
            if node is not None:
                node.kill()

    def tell(self, ref, message, grace, places):
        """
        Says something to running calls, or to those that may come; whether they are here, or were. What has not ended
        `grace` seconds later, of those at these places, is ended by force.
        """
        with self.lock:
            node = self.node
            if self.ref != ref:
                if ref not in self.ended:
                    self.coming.setdefault(ref, []).append([ref, message, grace, places, None])
                return ref in self.ended or ref == self.task
            # So that it is known who has it.
            self.say()
        node.post(ref, message)
        if grace is not None:
            self.take_back(ref, node)
            insisting = threading.Timer(grace, self.insist, [ref, node, places])
            insisting.daemon = True
            insisting.start()
        return True

    def insist(self, ref, node, places):
        with self.lock:
            if self.ref == ref and self.node is node:
                node.stop(places)


def caller(mailbox):
    """The function that Ray calls, which has a Node worker in each of Ray's worker processes."""
    workers = []

    def heddle(run, ref, count, call, *values):
        if not workers:
            workers.append(NodeWorker(mailbox))
        return workers[0].run(run, ref, count, call, values)

    return heddle


# The bridge itself.

# What Ray calls what may be asked of it by an argument of its own.
NAMES = {"num_cpus": "CPU", "num_gpus": "GPU"}


class Call:
    """One that Ray has, or some that travel together."""

    def __init__(self, reply, calls, resources):
        self.reply = reply
        self.calls = calls
        self.resources = resources
        # The places of those that are to stop.
        self.stopped = set()
        self.told = False
        # A worker has said that it has it, or had it.
        self.found = False
        # Nobody waits for it any more.
        self.dropped = False
        # Who was heard to execute it last, and how much of that; who did so before is not listened to any more.
        self.worker = None
        self.before = set()
        self.early = {}
        self.count = 0
        self.end = None


class Bridge:
    def __init__(self, say):
        self.say = say
        self.calls = {}
        self.values = {}
        self.functions = {}
        self.nodes = []
        # For these a node is looked for that has what they need.
        self.sought = set()
        self.known = None
        self.watchers = set()
        self.connected = False
        self.hearing = None
        self.run = 0

    async def open(self, options, first):
        """For a run; the first one connects."""
        if ray is None:
            raise Refused("package", problem)
        self.options = options
        self.known = None
        self.run += 1
        if not self.connected:
            self.connect(options["address"])
            self.mailbox = ray.remote(num_cpus=0, max_concurrency=100_000)(Mailbox).options(**self.here()).remote()
            self.function = ray.remote(num_returns=2)(caller(self.mailbox))
            self.hearing = asyncio.ensure_future(self.hear())
        self.mailbox.begin.remote(self.run, {**options["worker"], "first": first})
        try:
            # Where it has rested, the cluster may be gone since.
            await asyncio.wait_for(self.look(), self.options["timeout"])
        except asyncio.TimeoutError:
            self.give_up(options["address"])
        self.say("ready", ray.__version__, len(self.nodes), True)
        self.keep(self.watch())

    def connect(self, address):
        options = {key: value for key, value in self.options["init"].items() if value is not None}
        timer = None
        if address not in ("local", "auto"):
            reach(address, self.options["timeout"])
        if address == "local":
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            options["include_dashboard"] = False
        else:
            # Where Ray waits for an answer, it does so for minutes, and may end the process.
            timer = threading.Timer(self.options["timeout"], self.give_up, [address])
            timer.daemon = True
            timer.start()
        try:
            ray.init(address, log_to_driver=False, logging_level="ERROR", **options)
            self.connected = True
        except ImportError as error:
            raise Refused("package", str(error))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise Refused("version" if "ersion mismatch" in text else "address", text)
        finally:
            if timer is not None:
                timer.cancel()

    def give_up(self, address):
        text = f"{address} has not answered for {self.options['timeout']:g} s"
        self.output.write(encode(["failed", "address", text]))
        os._exit(1)

    def here(self):
        """Beside the bridge, where it is on a node of the cluster: then they are lost together."""
        if self.options["address"].startswith("ray://"):
            return {}
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        node = ray.get_runtime_context().get_node_id()
        return {"scheduling_strategy": NodeAffinitySchedulingStrategy(node, soft=False)}

    async def look(self):
        """The nodes, as the cluster has them now."""
        nodes = await asyncio.get_running_loop().run_in_executor(None, ray.nodes)
        self.nodes = [node["Resources"] for node in nodes if node["Alive"]]
        slots = int(sum(node.get("CPU", 0) for node in self.nodes))
        if slots != self.known:
            self.known = slots
            self.say("slots", slots)

    async def watch(self):
        while True:
            await asyncio.sleep(1)
            try:
                await asyncio.wait_for(self.look(), self.options["timeout"])
            except Exception as error:
                self.say("broken", f"the cluster does not answer: {type(error).__name__} {error}")
                return

    def keep(self, work):
        task = asyncio.ensure_future(work)
        self.watchers.add(task)
        task.add_done_callback(self.watchers.discard)

    def call(self, ref, task, resources, inputs, message, count):
        if self.has(resources):
            self.submit(ref, task, resources, inputs, message, count)
        else:
            self.sought.add(ref)
            self.keep(self.refuse(ref, task, resources, inputs, message, count))

    def has(self, resources):
        wanted = {"CPU": 1, **{NAMES.get(name, name): amount for name, amount in resources.items()}}
        return any(all(node.get(name, 0) >= amount for name, amount in wanted.items()) for node in self.nodes)

    async def refuse(self, ref, task, resources, *rest):
        """There may be new nodes since."""
        await self.look()
        if ref not in self.sought:
            return
        self.sought.discard(ref)
        if self.has(resources) or self.options["grows"]:
            self.submit(ref, task, resources, *rest)
            return
        wanted = resources or {"num_cpus": 1}
        self.say("no resource", ref, ", ".join(f"{k}: {v}" for k, v in wanted.items()), len(self.nodes))

    def submit(self, ref, task, resources, inputs, message, count):
        lost = [key for key in inputs if key not in self.values]
        if lost:
            self.say("lost", ref, "an input of it was lost with the bridge that knew of it")
            return
        try:
            values = [self.values[key] for key in inputs]
            reply, self.values[ref] = self.function_for(task, resources, count > 1).remote(
                self.run, ref, count, message, *values
            )
        except Exception as error:
            self.say("lost", ref, f"{type(error).__name__}: {error}")
            return
        self.calls[ref] = Call(reply, count, resources)
        self.keep(self.follow(ref, self.calls[ref]))

    def function_for(self, task, resources, once):
        """`once`: what some of its calls have done is not to be done again."""
        key = (task, once, *resources.items())
        if key not in self.functions:
            given = {name: resources[name] for name in ("num_cpus", "num_gpus", "memory") if name in resources}
            others = {name: amount for name, amount in resources.items() if name not in given}
            if once:
                given["max_retries"] = 0
            self.functions[key] = self.function.options(name=task, resources=others or None, **given)
        return self.functions[key]

    async def follow(self, ref, call):
        try:
            worker, count, held, last = await call.reply
        except Exception as error:
            if self.calls.pop(ref, None) is None:
                return
            if call.dropped:
                pass
            elif call.stopped and (call.calls == 1 or isinstance(error, ray.exceptions.TaskCancelledError)):
                self.say("stopped", ref)
            elif call.calls > 1:
                self.say("again", ref)
            else:
                self.say("lost", ref, f"{type(error).__name__}: {str(error).strip()}")
            self.over(ref, call)
            return
        if call.dropped:
            self.calls.pop(ref, None)
            self.over(ref, call)
            return
        call.end = [count, held, last]
        self.turn_to(call, worker)
        self.catch_up(ref, call)

    async def hear(self):
        while True:
            try:
                said = await self.mailbox.heard.remote(ASKS)
            except Exception as error:
                self.say("broken", f"what calls say is lost: {type(error).__name__} {error}")
                return
            for ref, worker, number, words in said:
                call = self.calls.get(ref)
                if call is None or call.dropped or worker in call.before:
                    continue
                self.turn_to(call, worker)
                call.early[number] = words
                self.catch_up(ref, call)

    def turn_to(self, call, worker):
        if call.worker == worker:
            return
        call.before.add(call.worker)
        call.worker, call.early, call.count = worker, {}, 0

    def catch_up(self, ref, call):
        """Passes on what was said, in its order, and the end behind it."""
        while call.count in call.early:
            self.pass_on(ref, call.early.pop(call.count))
            call.count += 1
        if call.end is None or call.end[0] > call.count:
            return
        _, held, last = call.end
        self.pass_on(ref, held)
        self.say(last[0], ref, *last[1:])
        if self.calls.pop(ref, None) is not None:
            self.over(ref, call)
        if last[0] != "ended" or last[-1] < 0:
            self.values.pop(ref, None)

    def pass_on(self, ref, said):
        for place, pid, words in said:
            self.say("back" if isinstance(words, int) else "said", ref, place, pid, words)

    def over(self, ref, call):
        if call.told:
            self.mailbox.forget.remote(ref)

    def tell(self, ref, message, goes_on=False):
        call = self.calls.get(ref)
        if call is not None:
            call.told = True
            self.mailbox.tell.remote(ref, message, goes_on)

    def stop(self, ref, message, grace, *places):
        if ref in self.sought:
            self.sought.discard(ref)
            self.say("stopped", ref)
        call = self.calls.get(ref)
        if call is not None:
            call.stopped.update(places)
            call.told = True
            self.keep(self.end(ref, call, message, grace, places))

    async def end(self, ref, call, *about):
        """
        What nobody has begun is left to Ray, whose worker will not begin it. By `ray.cancel` Ray might take this process
        down, if the call was just ending: its issue 54260. Where no node can have it, it does not end, but might have Ray
        start a node.
        """
        try:
            # What is stopped of it in parts is asked for several times.
            call.found = await self.mailbox.stop.remote(ref, *about) or call.found
        except Exception:
            # That the mailbox is lost is found out elsewhere.
            return
        if self.calls.get(ref) is not call or len(call.stopped) < call.calls or call.dropped:
            return
        if not call.found and call.worker is None:
            call.dropped = True
            if not self.has(call.resources):
                self.cancel(call, False)
            self.say("stopped", ref)
            return
        await asyncio.sleep(LAST)
        if self.calls.get(ref) is call:
            self.cancel(call, True)

    def cancel(self, call, force):
        try:
            ray.cancel(call.reply, force=force)
        except Exception:
            # It has ended.
            pass

    def release(self, *refs):
        for ref in refs:
            self.values.pop(ref, None)

    def fetch(self, ref):
        self.keep(self.bring(ref))

    async def bring(self, ref):
        try:
            self.say("value", ref, await self.values[ref])
        except Exception as error:
            self.say("no value", ref, f"{type(error).__name__}: {error}")

    async def rest(self):
        """The run has ended, and nothing of it is left but the connection, and Ray's workers."""
        for task in list(self.watchers):
            task.cancel()
        calls, self.calls = list(self.calls.values()), {}
        self.sought.clear()
        self.values.clear()
        await self.mailbox.finish.remote()
        open = {asyncio.ensure_future(ended(call.reply)): call for call in calls}
        # What Ray's workers get of an ended run ends at once. The rest has to wait for a place.
        await until_quiet(open)
        for force in [False, True]:
            for call in open.values():
                self.cancel(call, force)
            if open:
                done, _ = await asyncio.wait(open, timeout=LAST)
                for end in done:
                    del open[end]
        self.say("resting")
        self.keep(self.watch())

    async def close(self):
        for task in list(self.watchers):
            task.cancel()
        if self.hearing is not None:
            self.hearing.cancel()
        if self.connected:
            # What it had asked for ends with it, and a cluster of its own.
            ray.shutdown()


async def until_quiet(ends):
    """Takes out those that end, until none does so for a while."""
    while ends:
        done, _ = await asyncio.wait(ends, timeout=QUIET, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return
        for end in done:
            del ends[end]


async def ended(reply):
    try:
        await reply
    except Exception:
        pass


def reach(address, timeout):
    """Sees whether somebody listens there: Ray itself tries for long."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout).close()
    except (OSError, ValueError) as error:
        raise Refused("address", f"{address}: {error}")


if __name__ == "__main__":
    asyncio.run(serve(Bridge))
