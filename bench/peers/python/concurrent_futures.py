"""The executors of the standard library; on processes with many calls a message, where that is possible."""
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from queue import SimpleQueue

from work import noop

FROM = "python"


class At:
    def __init__(self, executor):
        self._executor = executor

    def map(self, inputs):
        return list(self._executor.map(noop, inputs, chunksize=max(1, min(500, len(inputs) // 2))))

    def call(self, x):
        return self._executor.submit(noop, x).result()

    def stream(self, inputs, at_once):
        done = SimpleQueue()
        waiting = 0
        for x in inputs:
            if waiting == at_once:
                yield done.get().result()
                waiting -= 1
            self._executor.submit(noop, x).add_done_callback(done.put)
            waiting += 1
        for _ in range(waiting):
            yield done.get().result()


def processes(use):
    with ProcessPoolExecutor(2) as executor:
        return use(At(executor))


def threads(use):
    with ThreadPoolExecutor(2) as executor:
        return use(At(executor))


PLACES = {"processes": processes, "threads": threads}
