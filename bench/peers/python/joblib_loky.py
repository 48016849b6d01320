"""joblib with loky: a batch of calls a message."""

from joblib import Parallel, delayed

from work import noop

FROM = "joblib"


class At:
    def map(self, inputs):
        return self._run(inputs, batch_size=max(1, min(1_000, len(inputs) // 2)))

    def call(self, x):
        return self._run([x], batch_size=1)[0]

    def stream(self, inputs, at_once):
        settings = {"return_as": "generator_unordered", "pre_dispatch": at_once, "batch_size": at_once // 4}
        return self._run(inputs, **settings)

    def _run(self, inputs, **settings):
        return Parallel(n_jobs=2, backend="loky", **settings)(delayed(noop)(x) for x in inputs)


def processes(use):
    return use(At())


PLACES = {"processes": processes}
