"""One measurement: measure.py MODULE PLACE WAY CALLS WARM_UP. The last line that it prints is the result as JSON."""
import importlib
import json
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from ways import WAYS

FIRST = str(Path(__file__).with_name("first.py"))


def measure(places, place, way, calls, warm_up):
    def use(at):
        WAYS[way](at, min(calls, warm_up))
        return WAYS[way](at, calls) * 1_000 / calls

    return places[place](use)


def first(module, place, calls):
    """From the start of a process to the results of its first two calls."""
    times = []
    for _ in range(calls):
        began = perf_counter()
        with subprocess.Popen([sys.executable, FIRST, module, place], stdout=subprocess.PIPE) as child:
            if child.stdout.readline() != b"there\n":
                raise ValueError("there were no first results")
            times.append((perf_counter() - began) * 1_000)
    return median(times)


def main():
    module, place, way, calls, warm_up = sys.argv[1:]
    contender = importlib.import_module(module)
    if way == "first":
        value = first(module, place, int(calls))
    elif way == "build":
        value = contender.build(place, int(calls))
    else:
        value = measure(contender.PLACES, place, way, int(calls), int(warm_up))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    result = {"value": value, "count": int(calls), "columns": {}, "peak": peak, "from": contender.FROM}
    print(f"\n{json.dumps(result)}", flush=True)


if __name__ == "__main__":
    main()
