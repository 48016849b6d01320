"""Ray on this machine, with two workers."""
import os

os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray  # noqa: E402

from work import busy, noop  # noqa: E402

FROM = "ray"


class At:
    def __init__(self):
        self._noop = ray.remote(noop)
        self._busy = ray.remote(busy)

    def map(self, inputs):
        return ray.get([self._noop.remote(x) for x in inputs])

    def compute(self, inputs):
        return ray.get([self._busy.remote(x) for x in inputs])

    def call(self, x):
        return ray.get(self._noop.remote(x))

    def stream(self, inputs, at_once):
        waiting = []
        for x in inputs:
            if len(waiting) == at_once:
                done, waiting = ray.wait(waiting, num_returns=at_once // 4)
                yield from ray.get(done)
            waiting.append(self._noop.remote(x))
        yield from ray.get(waiting)


def processes(use):
    here = {"env_vars": {"PYTHONPATH": os.path.dirname(os.path.abspath(__file__))}}
    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False, runtime_env=here)
    try:
        return use(At())
    finally:
        ray.shutdown()


PLACES = {"processes": processes}
