"""The bridge between heddle and Dask.

heddle starts it with the user's Python and speaks with it by frames over the standard streams; see
docs/design/clusters.md. What it hands on, calls, reports and values, are bytes that it does not look into. It needs
`distributed`, from 2022.12 on, and nothing else.
"""
import asyncio
import functools
import importlib
import sys

# Where heddle is installed is not the place for what Python compiles.
sys.dont_write_bytecode = True

import heddle_node
from heddle_node import Node, Refused, serve

try:
    import distributed
except ImportError as error:
    distributed = None
    problem = str(error)
    WorkerPlugin = object
else:
    import cloudpickle
    from distributed import WorkerPlugin

    cloudpickle.register_pickle_by_value(heddle_node)

# What runs in the workers. Nothing there can import this file: it is sent by value, once for each worker.


class NodeWorkers(WorkerPlugin):
    """The Node workers of one Dask worker process. A call has one of them to itself."""

    idempotent = True

    def __init__(self, name, setup):
        self.name = name
        self.setup_ = setup

    def setup(self, worker):
        import threading

        self.worker = worker
        self.lock = threading.Lock()
        self.idle = []
        self.busy = {}
        self.unwanted = set()

    def teardown(self, worker):
        for node in self.idle + list(self.busy.values()):
            node.kill()

    def say(self, ref, *words):
        self.worker.log_event(self.name, [ref, self.worker.address, *words])

    def run(self, ref, call, values):
        """Has a call executed; its value, if that is to stay in the cluster."""
        attempt = {"taken": False, "value": None, "seceded": False}
        while True:
            if ref in self.unwanted:
                return None
            try:
                node, fresh = self.take()
            except OSError as error:
                self.say(ref, "no node", f"{self.setup_['node']}: {error.strerror}")
                return None
            with self.lock:
                self.busy[ref] = node
            ended = False
            trouble = ""
            try:
                node.begin(ref, call, *values)
                ended = self.attend(ref, node, attempt)
            except OSError:
                pass
            except Exception as error:
                node.kill()
                trouble = f"{type(error).__name__}: {error}\n"
            finally:
                node.over()
                with self.lock:
                    del self.busy[ref]
            if ended:
                with self.lock:
                    self.idle.append(node)
                return attempt["value"]
            how, words = node.end()
            # One that died before it had the call has no part in it.
            if fresh or attempt["taken"] or trouble:
                self.say(ref, "died" if node.heard else "no worker", node.pid, how, trouble + words)
                return None

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

    def attend(self, ref, node, attempt):
        """Hears what a Node worker says of its call; whether to the end."""
        for kind, body in node.messages():
            if kind == node.TAKEN:
                attempt["taken"] = True
            elif kind == node.VALUE:
                attempt["value"] = body
            elif kind == node.REPORTS:
                self.say(ref, "said", node.pid, body)
            elif kind == node.ENDED:
                value = attempt["value"]
                self.say(ref, "ended", node.pid, body, -1 if value is None else len(value))
                return True
            elif not attempt["seceded"]:
                from distributed import secede

                # A thread can leave but once.
                attempt["seceded"] = True
                secede()
        return False

    async def tell(self, ref, message, grace):
        """Says something to a running call; one that has not ended `grace` seconds later is ended by force."""
        import asyncio

        node = self.busy.get(ref)
        if node is None:
            if grace is not None:
                # It may be on its way here, from the scheduler.
                self.unwanted.add(ref)
                asyncio.get_running_loop().call_later(60, self.unwanted.discard, ref)
            return False
        node.post(ref, message)
        if grace is not None:

            async def insist():
                await asyncio.sleep(grace)
                with self.lock:
                    if self.busy.get(ref) is node:
                        node.kill()

            self.insisting = asyncio.ensure_future(insist())
        return True


def run_call(name, ref, call, values):
    """The Dask task: as small as it can be, as it is sent with every call."""
    from distributed import get_worker

    return get_worker().plugins[name].run(ref, call, values)


async def tell_call(name, ref, message, grace, dask_worker=None):
    plugin = dask_worker.plugins.get(name)
    return plugin is not None and await plugin.tell(ref, message, grace)


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

# After so many reports those that the scheduler keeps are dropped: it may keep 100,000.
EVENTS = 500


class Bridge:
    def __init__(self, say):
        self.say = say
        self.client = None
        self.name = None
        self.scheduler = None
        self.watchers = set()
        self.known_events = 0

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
        await self.check_versions()
        self.client.subscribe_topic(self.name, functools.partial(self.heard, self.name))
        plugin = NodeWorkers(self.name, {**options["worker"], "first": first, "Node": Node})
        if hasattr(self.client, "register_plugin"):
            await self.client.register_plugin(plugin, name=self.name)
        else:
            await self.client.register_worker_plugin(plugin, name=self.name)
        workers = await self.look()
        self.say("ready", distributed.__version__, len(workers))
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
        except (OSError, asyncio.TimeoutError) as error:
            raise Refused("address", f"{type(error).__name__}: {error}")

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

    def call(self, ref, task, resources, inputs, message):
        if not self.calls:
            asyncio.get_running_loop().call_soon(self.flush)
        self.calls.append((ref, task, resources, inputs, message))

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
        self.known_events += 1
        if self.known_events % EVENTS == 0:
            self.keep(self.client.run_on_scheduler(forget_events, self.name))
        self.say(words[0], ref, address, *words[1:])

    def tell(self, ref, message, goes_on=False):
        self.keep(self.pass_on(ref, message, None))

    def stop(self, ref, message, grace):
        self.stopped.add(ref)
        self.keep(self.end(ref, message, grace))

    async def end(self, ref, message, grace):
        self.flush()
        runs = await self.pass_on(ref, message, grace)
        if not runs and ref in self.futures:
            await self.client.cancel([self.futures[ref]], force=True)
            self.say("stopped", ref)

    async def pass_on(self, ref, message, grace):
        address = self.places.get(ref)
        answers = await self.client.run(
            tell_call, self.name, ref, message, grace, workers=None if address is None else [address]
        )
        return any(answers.values())

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
