"""The bridge between heddle and Dask.

heddle starts it with the user's Python and speaks with it by frames over the standard streams; see
docs/design/clusters.md. What it hands on, calls, reports and values, are bytes that it does not look into. It needs
`distributed`, from 2022.12 on, and nothing else.
"""
import asyncio
import functools
import importlib
import sys
import threading
import time

# Where heddle is installed is not the place for what Python compiles.
sys.dont_write_bytecode = True

import heddle_node
from heddle_node import Node, Recent, Refused, serve

try:
    import distributed
except ImportError as error:
    distributed = None
    problem = str(error)
    WorkerPlugin = SchedulerPlugin = object
else:
    import cloudpickle
    from distributed import SchedulerPlugin, WorkerPlugin

    cloudpickle.register_pickle_by_value(heddle_node)

# What runs in the workers. Nothing there can import this file: it is sent by value, once for each worker.


# What calls say goes on after so many seconds, or with their end.
HELD = 0.01

# After so many seconds what has not begun of calls that travel together is taken back.
LATE = 0.25

# A worker that has not answered for so many seconds may be gone: somebody else may have its calls.
SILENT = 1


class NodeWorkers(WorkerPlugin):
    """The Node workers of one Dask worker process. A call has one of them to itself, or calls that travel together."""

    idempotent = True

    def __init__(self, name, setup):
        self.name = name
        self.setup_ = setup

    def setup(self, worker):
        self.worker = worker
        self.lock = threading.Lock()
        self.idle = []
        self.busy = {}
        self.ended = Recent()
        self.unwanted = set()

    def teardown(self, worker):
        for node in self.idle + list(self.busy.values()):
            node.kill()

    def say(self, ref, *words):
        self.worker.log_event(self.name, [ref, self.worker.address, *words])

    def run(self, ref, count, call, values):
        """Has calls executed; the value of one by itself, if that is to stay in the cluster."""
        if count > 1 and self.was_begun():
            self.say(ref, "again")
            return None
        attempt = Attempt(self, ref, count)
        while True:
            try:
                node, fresh = self.take()
            except OSError as error:
                self.say(ref, "no node", f"{self.setup_['node']}: {error.strerror}")
                return None
            if not self.begins(ref, node):
                return None
            over = False
            trouble = ""
            try:
                node.begin(ref, count, call, *values)
                over = attempt.attend(node)
            except OSError:
                pass
            except Exception as error:
                node.kill()
                trouble = f"{type(error).__name__}: {error}\n"
            finally:
                attempt.pass_on(node)
                node.over()
                # One that died before it had the call has no part in it.
                last = over or fresh or attempt.taken or trouble != ""
                self.ends(ref, node, over, last)
            if over:
                return attempt.value
            how, words = node.end()
            if last:
                kind = "died" if node.heard else "no worker"
                self.say(ref, kind, node.pid, how, trouble + words, node.claims.current(), node.stopped)
                return None

    def was_begun(self):
        """Whether it has been on another worker, which is lost."""
        task = self.worker.state.tasks[self.worker.get_current_task()]
        return MARK in (task.annotations or {})

    def take(self):
        """One that waits, else a new one; and whether it is new."""
        while True:
            with self.lock:
                node = self.idle.pop() if self.idle else None
            if node is None:
                return self.setup_["Node"](self.setup_), True
            if node.process.poll() is None:
                return node, False
            node.end()

    def begins(self, ref, node):
        """Whether it is still wanted."""
        with self.lock:
            if ref in self.unwanted:
                self.idle.append(node)
                return False
            self.busy[ref] = node
            return True

    def ends(self, ref, node, over, last):
        with self.lock:
            del self.busy[ref]
            if over:
                self.idle.append(node)
            if last:
                self.ended.add(ref)

    async def tell(self, ref, message, grace, places):
        """
        Says something to running calls; whether they are here, and None if they were. What has not ended `grace` seconds
        later, of the calls at these places, is ended by force.
        """
        with self.lock:
            node = self.busy.get(ref)
            if node is None and ref in self.ended:
                return None
            if node is None:
                if grace is not None:
                    # It may be on its way here, from the scheduler.
                    self.unwanted.add(ref)
                    asyncio.get_running_loop().call_later(60, self.unwanted.discard, ref)
                return False
        node.post(ref, message)
        if grace is not None:
            self.take_back(ref, node)

            async def insist():
                await asyncio.sleep(grace)
                with self.lock:
                    if self.busy.get(ref) is node:
                        node.stop(places)

            self.insisting = asyncio.ensure_future(insist())
        return True

    def take_back(self, ref, node):
        last = node.claims.take_back()
        if last is not None:
            self.say(ref, "back", node.pid, last)


class Attempt:
    """One attempt of calls."""

    def __init__(self, workers, ref, count):
        self.workers, self.ref, self.count = workers, ref, count
        self.taken = self.seceded = False
        self.value = None
        self.held, self.since = [], 0

    def attend(self, node):
        """Hears what a Node worker says of its calls; whether to the end."""
        late = None
        while True:
            if self.held and not node.speaks_until(self.since + HELD):
                self.pass_on(node)
            if late is not None and not node.speaks_until(late):
                self.workers.take_back(self.ref, node)
                late = None
            message = node.receive()
            if message is None:
                return False
            kind, body = message
            if kind == node.TAKEN:
                self.taken = True
                late = time.monotonic() + LATE if self.count > 1 else None
            elif kind == node.VALUE:
                self.value = body
            elif kind == node.REPORTS:
                self.hold(body)
            elif kind == node.ENDED:
                self.hold(body)
                said, self.held = b"".join(self.held), []
                size = -1 if self.value is None else len(self.value)
                self.workers.say(self.ref, "ended", node.pid, said, size)
                return True
            else:
                self.pass_on(node)
                self.secede()

    def hold(self, body):
        if not self.held:
            self.since = time.monotonic()
        self.held.append(body)

    def pass_on(self, node):
        if self.held:
            said, self.held = b"".join(self.held), []
            self.workers.say(self.ref, "said", node.pid, said)

    def secede(self):
        from distributed import secede

        # A thread can leave but once.
        if not self.seceded:
            self.seceded = True
            secede()


def run_call(name, ref, count, call, values):
    """The Dask task: as small as it can be, as it is sent with every call."""
    from distributed import get_worker

    return get_worker().plugins[name].run(ref, count, call, values)


async def tell_call(name, ref, message, grace, places, dask_worker=None):
    plugin = dask_worker.plugins.get(name)
    return False if plugin is None else await plugin.tell(ref, message, grace, places)


# What runs in the scheduler.

# The name of the annotation of tasks that were begun and have not ended, or whose end was lost.
MARK = "heddle"


class Marks(SchedulerPlugin):
    """Marks tasks that leave a worker without an end: who gets them next is to know that they may have begun."""

    def __init__(self, client):
        self.client = client
        self.name = f"heddle-{client}"

    def transition(self, key, start, finish, *args, **kwargs):
        if finish != "released" or start not in ("processing", "memory"):
            return
        if not isinstance(key, str) or "-heddle-" not in key:
            return
        task = self.scheduler.tasks.get(key)
        if task is not None:
            task.annotations = {**(task.annotations or {}), MARK: True}

    def remove_client(self, scheduler, client):
        if client == self.client:
            scheduler.remove_plugin(self.name)


def add_marks(marks, dask_scheduler=None):
    marks.scheduler = dask_scheduler
    dask_scheduler.add_plugin(marks, name=marks.name)


def forget_events(name, dask_scheduler=None):
    """What the scheduler keeps of reports is of no use once they were heard. Those who listen go on to hear."""
    try:
        topics = topics_of(dask_scheduler)
        if name in topics:
            getattr(topics[name], "events", topics[name]).clear()
    except Exception:
        pass


def forget_topic(name, dask_scheduler=None):
    """Nobody will say anything more of this run."""
    try:
        topics_of(dask_scheduler).pop(name, None)
    except Exception:
        pass


def topics_of(dask_scheduler):
    broker = getattr(dask_scheduler, "_broker", None)
    return dask_scheduler.events if broker is None else broker._topics


# The bridge itself.

# After so many reports those that the scheduler keeps are dropped: it may keep 100,000. One of so many bytes counts twice.
EVENTS = 500
EVENT = 100_000


class Bridge:
    def __init__(self, say):
        self.say = say
        self.client = None
        self.name = None
        self.scheduler = None
        self.watchers = set()
        self.events = 0

    async def open(self, options, first):
        """For a run; the first one connects."""
        if distributed is None:
            raise Refused("package", problem)
        try:
            await self.begin(options, first)
        except Refused:
            raise
        except Exception as error:
            difference = await self.difference(options)
            if difference is None:
                raise
            raise Refused("version", f"{difference}, and they do not understand each other") from error

    async def begin(self, options, first):
        self.options = options
        self.name = options["name"]
        self.futures = {}
        self.places = {}
        self.stopped = set()
        self.calls = []
        self.known = None
        if self.client is None:
            await self.connect(options)
            self.batches = await self.marks()
        await self.check_versions()
        self.client.subscribe_topic(self.name, functools.partial(self.heard, self.name))
        plugin = NodeWorkers(self.name, {**options["worker"], "first": first, "Node": Node})
        if hasattr(self.client, "register_plugin"):
            await self.client.register_plugin(plugin, name=self.name)
        else:
            await self.client.register_worker_plugin(plugin, name=self.name)
        workers = await self.look()
        self.say("ready", distributed.__version__, len(workers), self.batches)
        self.keep(self.watch_workers())

    async def connect(self, options):
        self.cluster = None
        address, cluster = options["address"], options["cluster"]
        try:
            if cluster is not None:
                self.cluster = await self.make_cluster(cluster)
                self.client = await distributed.Client(
                    self.cluster, asynchronous=True, set_as_default=False, timeout=options["timeout"]
                )
            elif address is not None:
                client = distributed.Client(
                    address,
                    asynchronous=True,
                    set_as_default=False,
                    timeout=options["timeout"],
                    security=self.security(options["security"]),
                )
                try:
                    # Dask's own time-out does not hold where something listens that never answers.
                    self.client = await asyncio.wait_for(client, options["timeout"] + 1)
                except asyncio.TimeoutError as error:
                    raise Refused("address", str(error) or f"{address} has not answered for {options['timeout']:g} s")
            else:
                raise Refused("option", "there is neither an address nor a cluster")
        except (OSError, ValueError, asyncio.TimeoutError) as error:
            raise Refused("address", f"{address}: {type(error).__name__}: {error}")

    async def marks(self):
        """Whether the scheduler marks what is begun again: it may not let others tell it what to do."""
        try:
            await self.client.run_on_scheduler(add_marks, Marks(self.client.id))
        except Exception:
            return False
        return True

    def security(self, given):
        return None if given is None else distributed.security.Security(**given)

    async def make_cluster(self, cluster):
        module, _, name = cluster["factory"].partition(":")
        try:
            factory = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise Refused("factory", f"{cluster['factory']}: {error}")
        try:
            made = factory(**cluster["options"], asynchronous=True)
            return await made
        except Exception as error:
            raise Refused("cluster", f"{cluster['factory']}: {type(error).__name__}: {error}")

    async def check_versions(self):
        seen = await self.client.get_versions()
        mine = seen["client"]["host"]["python"].split(".")[:2]
        for address, worker in seen["workers"].items():
            theirs = worker["host"]["python"].split(".")[:2]
            if theirs != mine:
                raise Refused(
                    "version",
                    f"the bridge has Python {'.'.join(mine)}, and the worker {address} has {'.'.join(theirs)}",
                )
        versions = {
            f"the {where} has {what['packages']['distributed']}"
            for where, what in [("bridge", seen["client"]), ("scheduler", seen["scheduler"])]
        }
        if len({text.split(" has ")[1] for text in versions}) > 1:
            self.say("warning", f"versions of distributed differ: {', '.join(sorted(versions))}")

    async def difference(self, options):
        """How the scheduler's version differs from the bridge's; None if it does not, or does not say."""
        address = options["address"] or getattr(self.cluster, "scheduler_address", None)
        security = self.security(options["security"]) or distributed.security.Security()
        try:
            async with distributed.rpc(address, connection_args=security.get_connection_args("client")) as scheduler:
                seen = await asyncio.wait_for(scheduler.versions(), options["timeout"])
        except Exception:
            return None
        theirs = seen["packages"]["distributed"]
        if theirs == distributed.__version__:
            return None
        return f"the bridge has distributed {distributed.__version__}, and the scheduler has {theirs}"

    async def look(self):
        """The workers, as the scheduler has them now."""
        info = await self.client.scheduler.identity(**self.all_workers())
        if self.scheduler not in (None, info["id"]):
            raise ConnectionError("another one is in its place, which knows nothing of this run")
        self.scheduler = info["id"]
        self.workers = info["workers"]
        slots = sum(worker["nthreads"] for worker in self.workers.values())
        if slots != self.known:
            self.known = slots
            self.say("slots", slots)
        return self.workers

    def all_workers(self):
        import inspect

        try:
            parameters = inspect.signature(distributed.Scheduler.identity).parameters
        except (AttributeError, ValueError):
            return {}
        return {"n_workers": -1} if "n_workers" in parameters else {}

    async def watch_workers(self):
        await asyncio.sleep(1)
        while await self.answers():
            await asyncio.sleep(1)

    async def answers(self):
        """Whether the scheduler is still the one that has the calls; if not, all that it had is lost."""
        try:
            await asyncio.wait_for(self.look(), self.options["timeout"])
        except Exception as error:
            self.say("broken", f"the scheduler does not answer: {type(error).__name__} {error}")
            return False
        return True

    def keep(self, work):
        task = asyncio.ensure_future(work)
        self.watchers.add(task)
        task.add_done_callback(self.watchers.discard)

    def call(self, ref, task, resources, inputs, message, count):
        if not self.calls:
            asyncio.get_running_loop().call_soon(self.flush)
        self.calls.append((ref, task, resources, inputs, message, count))

    def flush(self):
        """Submits what has come, in as few operations as it can be."""
        calls, self.calls = self.calls, []
        at = 0
        while at < len(calls):
            resources = calls[at][2]
            end = at + 1
            while end < len(calls) and calls[end][2] == resources:
                end += 1
            group, at = calls[at:end], end
            if resources and not self.has(resources):
                self.keep(self.refuse(group, resources))
                continue
            self.submit(group, resources)

    def has(self, resources):
        return any(
            all(worker.get("resources", {}).get(name, 0) >= amount for name, amount in resources.items())
            for worker in self.workers.values()
        )

    async def refuse(self, group, resources):
        """There may be new workers since."""
        await self.look()
        for ref, *_ in group:
            if ref in self.stopped:
                self.say("stopped", ref)
        group = [call for call in group if call[0] not in self.stopped]
        if self.has(resources) or self.options["grows"]:
            self.submit(group, resources)
            return
        for ref, *_ in group:
            self.say("no resource", ref, ", ".join(f"{k}: {v}" for k, v in resources.items()), len(self.workers))

    def submit(self, group, resources):
        try:
            futures = self.client.map(
                run_call,
                [self.name] * len(group),
                [ref for ref, *_ in group],
                [call[5] for call in group],
                [call[4] for call in group],
                [[self.futures[ref] for ref in call[3]] for call in group],
                key=[f"{task}-{self.name}-{ref}" for ref, task, *_ in group],
                resources=resources or None,
                pure=False,
            )
        except Exception as error:
            for ref, *_ in group:
                self.say("lost", ref, f"{type(error).__name__}: {error}")
            return
        for (ref, *_), future in zip(group, futures):
            self.futures[ref] = future
            self.keep(self.wait(ref, future))

    async def wait(self, ref, future):
        """Tells of ends that no Node worker tells of."""
        await distributed.wait(future)
        if future.status == "finished":
            self.say("done", ref)
            return
        status, error = future.status, await future.exception() if future.status == "error" else None
        if (error is None and ref in self.stopped) or not await self.answers():
            return
        if error is not None:
            self.say("lost", ref, f"{type(error).__name__}: {error}")
        else:
            self.say("gone", ref, f"Dask has {status} it")

    def heard(self, name, event):
        if name != self.name:
            return
        _, (ref, address, *words) = event
        self.places[ref] = address
        self.events += 1 + sum(len(word) for word in words if isinstance(word, bytes)) // EVENT
        if self.events >= EVENTS:
            self.events = 0
            self.keep(self.client.run_on_scheduler(forget_events, self.name))
        self.say(words[0], ref, address, *words[1:])

    def tell(self, ref, message, goes_on=False):
        self.keep(self.ask(self.places.get(ref), ref, message, None, []))

    def stop(self, ref, message, grace, *places):
        self.flush()
        self.stopped.add(ref)
        if ref in self.futures:
            self.keep(self.end(ref, message, grace, places))

    async def end(self, ref, *about):
        address = self.places.get(ref)
        runs = False
        if address is not None:
            try:
                runs = await asyncio.wait_for(self.ask(address, ref, *about), SILENT)
            except asyncio.TimeoutError:
                pass
        if runs is False:
            runs = await self.ask(None, ref, *about)
        if runs is False and ref in self.futures:
            await self.client.cancel([self.futures[ref]], force=True)
            self.say("stopped", ref)

    async def ask(self, address, ref, *about):
        """Tells the worker there, or all; whether they are at one, and None if they were. One that is gone has nothing."""
        workers = None if address is None else [address]
        answers = await self.client.run(tell_call, self.name, ref, *about, workers=workers, on_error="ignore")
        for answer in (True, None):
            if answer in answers.values():
                return answer
        return False

    def release(self, *refs):
        for ref in refs:
            self.futures.pop(ref, None)
            self.places.pop(ref, None)
            self.stopped.discard(ref)

    def fetch(self, ref):
        self.keep(self.bring(ref))

    async def bring(self, ref):
        try:
            self.say("value", ref, await self.futures[ref])
        except BaseException as error:
            self.say("no value", ref, f"{type(error).__name__}: {error}")

    async def rest(self):
        """The run has ended, and nothing of it is left but the connection."""
        await self.clear()
        self.say("resting")
        self.keep(self.watch_workers())

    async def clear(self):
        for task in list(self.watchers):
            task.cancel()
        name, self.name = self.name, None
        if name is None:
            return
        futures, self.futures = list(self.futures.values()), {}
        self.client.unsubscribe_topic(name)
        await self.client.cancel(futures, force=True)
        await self.client.run_on_scheduler(forget_topic, name)
        if hasattr(self.client, "unregister_worker_plugin"):
            await self.client.unregister_worker_plugin(name)

    async def close(self):
        if self.client is None:
            return
        try:
            await self.clear()
        finally:
            await self.client.close()
            if self.cluster is not None and self.options["cluster"]["shutdown"] == "close":
                await self.cluster.close()


if __name__ == "__main__":
    asyncio.run(serve(Bridge))
