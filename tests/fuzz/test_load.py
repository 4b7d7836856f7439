"""Under load: graphs of a million nodes, a hundred thousand steps, threads, processes, kills, a full disk.

`pytest -m long tests/fuzz/test_load.py` runs them all in about three minutes.
"""

import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import microgd
from microgd import MLP, Adam, GradientDescent, Value, checkpoint, descend, grad, losses, value_and_grad

pytestmark = pytest.mark.long


# Large graphs ------------------------------------------------------------------------------------


def test_a_chain_of_a_million_nodes():
    """x -> 0.999999 x + 0.000001, half a million times: no recursion, forward, backward or in freeing it."""
    x = Value(0.5)
    end = x
    for _ in range(500_000):
        end = 0.999999 * end + 1e-6
    end.backward()
    assert x.grad == pytest.approx(0.999999**500_000, rel=1e-9)
    assert end.item() == pytest.approx(1 - 0.5 * 0.999999**500_000, rel=1e-9)
    assert grad(lambda x: chain(x, 500_000))(0.5) == x.grad
    del end  # frees a million nodes, each of which holds the one before


def chain(x, length):
    for _ in range(length):
        x = 0.999999 * x + 1e-6
    return x


def test_a_fan_of_a_thousand_by_a_thousand():
    """Each of 1,000 results of x is used 1,000 times: d/dx sum_i sum_j (i x) j = sum i * sum j."""
    x = Value(0.5)
    total = sum(j * middle for middle in [i * x for i in range(1000)] for j in range(1000))
    total.backward()
    assert x.grad == 499_500.0**2


def test_a_graph_is_freed_without_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(20):
            end = chain(Value(0.5), 10_000)
            end.backward()
        del end
        assert len(gc.get_objects()) - before < 1000
    finally:
        gc.enable()


# Long runs ---------------------------------------------------------------------------------------


def resident_memory():
    """In bytes; of Linux only."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("how", [lambda f: f, microgd.compile], ids=["eager", "compiled"])
def test_a_hundred_thousand_steps_in_flat_memory(how):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 3)), rng.normal(size=(16, 1))
    net = MLP(3, 4, 1, rng=0)
    error = how(lambda: losses.mean_squared_error(net(x), y))
    walk = descend(error, Adam(net.parameters, 0.001), 100_000, gtol=None, ftol=None)
    after_a_while = None
    for step in walk:
        if step.number == 10_000:
            after_a_while = resident_memory()
    assert step.number == 100_000
    assert resident_memory() - after_a_while < 2e6


# Threads and processes -----------------------------------------------------------------------------


def work(seed):
    """A gradient, a compiled one, a trained net and a Hessian: all of them made here."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))

    def loss(w):
        return np.mean((np.tanh(x @ w) - y) ** 2)

    w = rng.normal(size=(3, 1))
    net = MLP(3, 4, 1, rng=seed)
    for _ in descend(
        microgd.compile(lambda: losses.mean_squared_error(net(x), y)), Adam(net.parameters, 0.01), 20
    ):
        pass
    return (
        grad(loss)(w), microgd.compile(value_and_grad(loss))(w)[1], net.layers[0].weight.data,
        microgd.hessian(loss)(w),
    )  # fmt: skip


def assert_equal(ours, expected):
    for one, another in zip(ours, expected, strict=True):
        np.testing.assert_array_equal(one, another)


def test_eight_threads_that_share_nothing():
    expected = [work(seed) for seed in range(16)]
    before, interval = sys.getswitchinterval(), 1e-5
    sys.setswitchinterval(interval)
    try:
        with ThreadPoolExecutor(8) as pool:
            for _ in range(3):
                for ours, theirs in zip(pool.map(work, range(16)), expected, strict=True):
                    assert_equal(ours, theirs)
    finally:
        sys.setswitchinterval(before)


def test_eight_threads_share_a_compiled_function_and_a_graph():
    """The program, its cache of kinds and the walk of grad over a Value from outside."""
    compiled = microgd.compile(value_and_grad(lambda w, x: np.sum(np.tanh(x * w) ** 2)))
    outside = Value(2.0)
    arguments = [(float(seed), np.arange(1.0, 2 + seed % 5)) for seed in range(40)]
    expected = [value_and_grad(lambda w, x: np.sum(np.tanh(x * w) ** 2))(*args) for args in arguments]

    def use(number):
        args = arguments[number % 40]
        slope = grad(lambda x: x * x * outside)(3.0)
        return compiled(*args), slope.item()

    with ThreadPoolExecutor(8) as pool:
        for number, (ours, slope) in enumerate(pool.map(use, range(400))):
            np.testing.assert_allclose(ours, expected[number % 40], rtol=1e-14)
            assert slope == 12.0


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_processes(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    expected = [work(seed) for seed in range(4)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        for ours, theirs in zip(pool.map(work, range(4)), expected, strict=True):
            assert_equal(ours, theirs)


def test_a_model_goes_to_another_process_and_back():
    net = MLP(2, 3, 1, rng=0)
    optimizer = Adam(net.parameters, 0.1)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        theirs, memory = pool.apply(trained, (pickle.dumps((net, optimizer)),))
    ours, _ = trained(pickle.dumps((net, optimizer)))
    assert_equal(theirs, ours)
    assert memory["steps"] == 5


def trained(pickled):
    net, optimizer = pickle.loads(pickled)
    optimizer = Adam(net.parameters, 0.1)
    optimizer.load_state(pickle.loads(pickled)[1].state())
    x = np.linspace(-1, 1, 10).reshape(5, 2)
    for _ in descend(lambda: np.mean(net(x) ** 2), optimizer, 5):
        pass
    return [p.data for p in net.parameters.values()], optimizer.state()


# Files -------------------------------------------------------------------------------------------

SAVER = """
import itertools, sys
import numpy as np
from microgd import Value, checkpoint
parameters = {"w": Value(np.zeros(20_000)), "number": Value(0.0)}
print("ready", flush=True)
for number in itertools.count(1):
    parameters["w"].data[:] = number
    parameters["number"].data = float(number)
    checkpoint.save(sys.argv[1], parameters)
"""


def test_two_hundred_kills_while_saving(tmp_path):
    """After each the file is whole: all its numbers are those of one save."""
    path = tmp_path / "net.npz"
    rng = np.random.default_rng(0)
    parameters = {"w": Value(np.zeros(20_000)), "number": Value(0.0)}
    last = 0.0
    for _ in range(200):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(path)], stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        time.sleep(float(rng.uniform(0.005, 0.03)))
        process.kill()
        process.communicate()
        if path.exists():
            checkpoint.load(path, parameters)
            np.testing.assert_array_equal(parameters["w"].data, parameters["number"].data)
            last = parameters["number"].item()
    assert last > 0
    checkpoint.save(path, parameters)
    assert [file.name for file in tmp_path.iterdir()] == ["net.npz"]


FULL = """
import resource, signal, sys
import numpy as np
from microgd import Value, checkpoint, descend, GradientDescent, History, draw, play
from microgd.pictures import play_descent, play_net
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
knob = Value(0.5, name="knob")
history = History(descend(lambda: knob * knob, GradientDescent([knob], 0.1), 200))
writers = {
    "net.npz": lambda path: checkpoint.save(path, {"w": Value(np.ones(5000))}),
    "history.csv": lambda path: history.to_csv(path),
    "graph.svg": lambda path: draw((knob - 0.8) ** 2).save(path),
    "play.html": lambda path: play((knob - 0.8) ** 2, path),
<<<<<<< HEAD
    "descent.html": lambda path: play_descent(lambda knob: (knob - 0.8) ** 2, -1, 4, 0.5, [0.1], path),
    "learning.html": lambda path: play_net(out=path),
=======
    "descent.html": lambda path: play_descent(lambda knob: (knob - 0.8) ** 2, -1, 4, 0.5, 0.1, path),
>>>>>>> 7ceca25 (Compute gradient descent live in the page of play_descent)
}
name = sys.argv[1]
writers[name](name)
before = open(name, "rb").read()
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
try:
    writers[name](name)
except OSError as error:
    print(type(error).__name__, error)
else:
    print("nothing was raised")
assert open(name, "rb").read() == before, "the old file is lost"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
@pytest.mark.parametrize(
    "name", ["net.npz", "history.csv", "graph.svg", "play.html", "descent.html", "learning.html"]
)
def test_a_full_disk_loses_no_file(name, tmp_path):
    """The old file stays, an OSError says why, and no part of a new one is left."""
    run = subprocess.run(
        [sys.executable, "-c", FULL, name], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("OSError [Errno 27] File too large")
    assert [file.name for file in tmp_path.iterdir()] == [name]


READ_ONLY = """
import os, sys
import numpy as np
from microgd import Value, checkpoint
parameters = {"w": Value(np.ones(3))}
checkpoint.save(sys.argv[1], parameters)  # where it may write; all that it imports is imported now
if os.getuid() == 0:  # root may write anywhere
    os.setgid(65534)
    os.setuid(65534)
try:
    checkpoint.save("net.npz", parameters)
except PermissionError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs users and permissions")
def test_a_read_only_folder_is_named(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o555)
    command = [sys.executable, "-c", READ_ONLY, str(tmp_path / "elsewhere.npz")]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert "Permission denied" in run.stdout, run.stderr
    assert str(folder) in run.stdout
    assert not list(folder.iterdir())


def test_interrupts_at_any_moment_leave_parameters_and_steps_together(tmp_path):
    """Ctrl-C a hundred times: what the last Step shows is what the parameters hold."""
    knob = Value(5.0, name="knob")
    optimizer = GradientDescent([knob], 0.001)
    rng = np.random.default_rng(0)
    for _ in range(100):
        timer = threading.Timer(float(rng.uniform(0.001, 0.01)), os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        try:
            for step in descend(lambda: knob * knob, optimizer, 10**9, gtol=None, ftol=None):
                shown = step
        except KeyboardInterrupt:  # it came while this loop ran, not the descent
            pass
        timer.join()
        assert shown.parameters["knob"] in (knob.item(), knob.item() / (1 - 0.002))
