"""dask.distributed with a LocalCluster of two processes."""
from itertools import islice

from distributed import Client, LocalCluster, as_completed

from work import noop

FROM = "distributed"


class At:
    def __init__(self, client):
        self._client = client

    def map(self, inputs):
        return self._client.gather(self._client.map(noop, inputs, pure=False))

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
