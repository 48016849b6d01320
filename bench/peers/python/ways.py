"""The ways of making calls that rows measure, as those in ways.mjs. Each checks the results and gives milliseconds."""
from time import perf_counter

from work import HEAVY

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


def busy(at, calls):
    inputs = [1] * calls
    began = perf_counter()
    results = at.compute(inputs)
    ms = (perf_counter() - began) * 1_000
    if results != inputs:
        raise ValueError(f"the results of {calls} calls are wrong")
    return ms


def kept(at, calls):
    began = perf_counter()
    bring = at.keep(range(calls))
    ms = (perf_counter() - began) * 1_000
    check(sum(bring()), calls)
    return ms


def handed_on(at, calls):
    began = perf_counter()
    for _ in range(calls):
        if at.hand_on() != [2 * HEAVY, 3]:
            raise ValueError("a result is wrong")
    return (perf_counter() - began) * 1_000


def check(total, calls):
    if total != calls * (calls - 1) // 2:
        raise ValueError(f"the results of {calls} calls are wrong")


WAYS = {
    "mapped": mapped,
    "inFlight": in_flight,
    "idle": idle,
    "busy": busy,
    "kept": kept,
    "handedOn": handed_on,
}
