"""pytask with pytask-parallel: a project of tasks of a shape, built, and then built again while all is up to date."""
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

FROM = "pytask-parallel"
WIDTH = 100
NEEDS = {
    "wide": "[]",
    "chain": "[] if k == 0 else [k - 1]",
    "layered": f"[] if k < {WIDTH} else [k - {WIDTH}, k - k % {WIDTH} - {WIDTH} + (k * 7 + 1) % {WIDTH}]",
}
TASKS = """
from pathlib import Path
from typing import Annotated
from pytask import Product, task

here = Path(__file__).parent
for k in range({count}):
    needs = {needs}
    paths = [here / "out" / str(each) for each in needs] or [here / "in" / str(k)]

    @task(id=str(k))
    def task_step(paths: list[Path] = paths, to: Annotated[Path, Product] = here / "out" / str(k)):
        to.write_text("".join(path.read_text() for path in paths)[:20])
"""


def build(shape, calls):
    """Microseconds a task that a second build takes, in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        (folder / "out").mkdir()
        (folder / "pyproject.toml").write_text("[tool.pytask.ini_options]\n")
        for k in range(calls):
            (folder / "in" / str(k)).write_text(str(k))
        (folder / "task_all.py").write_text(TASKS.format(count=calls, needs=NEEDS[shape]))
        command = [sys.executable, "-m", "pytask", "build", "-n", "2", "--parallel-backend", "threads", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
        began = perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return (perf_counter() - began) * 1_000_000 / calls
