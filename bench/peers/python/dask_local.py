"""dask.distributed with a LocalCluster of two processes."""
from itertools import islice

from distributed import Client, LocalCluster, as_completed, wait

from work import busy, heavy, noop, weigh

FROM = "distributed"


class At:
    def __init__(self, client):
        self._client = client

    def map(self, inputs):
        return self._client.gather(self._client.map(noop, inputs, pure=False))

    def compute(self, inputs):
        return self._client.gather(self._client.map(busy, inputs, pure=False))

    def keep(self, inputs):
        """Gives what brings the results, when they are there."""
        futures = self._client.map(noop, inputs, pure=False)
        wait(futures)
        return lambda: self._client.gather(futures)

    def hand_on(self):
        """Two large results go to a third call."""
        parts = self._client.map(heavy, [1, 2], pure=False)
        return self._client.submit(weigh, *parts, pure=False).result()

    def call(self, x):
        return self._client.submit(noop, x, pure=False).result()

    def stream(self, inputs, at_once):
        rest = iter(inputs)
        submit = self._client.submit
        done = as_completed([submit(noop, x, pure=False) for x in islice(rest, at_once)], with_results=True)
        for _, result in done:
            yield result
            for x in islice(rest, 1):
                done.add(submit(noop, x, pure=False))


def processes(use):
    settings = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(**settings, silence_logs=50) as cluster, Client(cluster) as client:
        return use(At(client))


PLACES = {"processes": processes}
