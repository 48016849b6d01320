"""Prefect with its runners for threads and processes, and the server that it starts for itself."""
import os
from tempfile import TemporaryDirectory

home = TemporaryDirectory(ignore_cleanup_errors=True)
os.environ.setdefault("PREFECT_HOME", home.name)
os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "true")
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "100")

from prefect import flow, task  # noqa: E402
from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner  # noqa: E402

import work  # noqa: E402

FROM = "prefect"

noop = task(work.noop)


class At:
    def map(self, inputs):
        return noop.map(list(inputs)).result()

    def call(self, x):
        return noop.submit(x).result()


def on(runner):
    def place(use):
        @flow(task_runner=runner(max_workers=2))
        def measured():
            return use(At())

        return measured()

    return place


PLACES = {"processes": on(ProcessPoolTaskRunner), "threads": on(ThreadPoolTaskRunner)}
