"""The ways of making calls that rows measure, as those in ways.mjs. Each checks the results and gives milliseconds."""
from time import perf_counter

AT_ONCE = 1_000


def mapped(at, calls):
    inputs = range(calls)
    began = perf_counter()
    results = at.map(inputs)
    ms = (perf_counter() - began) * 1_000
    check(sum(results), calls)
    return ms


def in_flight(at, calls):
    began = perf_counter()
    total = sum(at.stream(range(calls), AT_ONCE))
    ms = (perf_counter() - began) * 1_000
    check(total, calls)
    return ms


def idle(at, calls):
    total = 0
    began = perf_counter()
    for x in range(calls):
        total += at.call(x)
    ms = (perf_counter() - began) * 1_000
    check(total, calls)
    return ms


def check(total, calls):
    if total != calls * (calls - 1) // 2:
        raise ValueError(f"the results of {calls} calls are wrong")


WAYS = {"mapped": mapped, "inFlight": in_flight, "idle": idle}
