"""What the bridges have in common: frames, Node workers, and the loop that serves the coordinator.

Nothing here knows an engine. It lies beside the bridges, and is sent by value to where calls run.
"""
import asyncio
import json
import os
import queue
import select
import socket
import struct
import subprocess
import tempfile
import threading
import time
import traceback


def encode(entries):
    """A frame of heddle's: a flat list in JSON, with its bytes behind it."""
    header, moved, raw = [], [], []
    for index, entry in enumerate(entries):
        if isinstance(entry, (bytes, bytearray, memoryview)):
            moved += [index, 0, len(entry)]
            raw.append(entry)
            entry = 0
        header.append(entry)
    head = json.dumps(header + moved + [len(raw)]).encode()
    size = len(head) + sum(len(part) for part in raw)
    return b"".join([b"hdl\x01", struct.pack("<II", size, len(head)), head, *raw])


async def decode(reader):
    """The next frame's list."""
    magic, size, length = struct.unpack("<4sII", await reader.readexactly(12))
    if magic != b"hdl\x01":
        raise ValueError(f"no frame of heddle begins with {magic!r}")
    header = json.loads(await reader.readexactly(length))
    body = memoryview(await reader.readexactly(size - length))
    count = header[-1]
    entries, moved = header[: -1 - 3 * count], header[len(header) - 1 - 3 * count : -1]
    at = 0
    for i in range(0, len(moved), 3):
        index, kind, length = moved[i : i + 3]
        part = body[at : at + length]
        at += length
        entries[index] = bytes(part) if kind == 0 else str(part, "utf-8" if kind == 1 else "utf-16-le")
    return entries


class Refused(Exception):
    """Why there is no work here: a word for heddle, and a sentence."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


# So many bytes of what a Node worker says are read at once.
PIECE = 65536


def nameless():
    """A file that is gone with the last process that has it open; in memory where the system has such."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("heddle-claims"), "r+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


class Recent:
    """The last ones of which something may be said late."""

    MOST = 1000

    def __init__(self):
        self.all = {}

    def __contains__(self, one):
        return one in self.all

    def add(self, one):
        self.all[one] = None
        if len(self.all) > self.MOST:
            del self.all[next(iter(self.all))]

    def discard(self, one):
        self.all.pop(one, None)


class Claims:
    """Which of the calls that came together a Node worker has begun: numbers in a file, each of which one reader gets."""

    SIZE, MOST = 4, 240

    def __init__(self):
        self.file = nameless()
        self.file.write(struct.pack(f"={self.MOST}i", *range(1, self.MOST + 1)))
        self.lock = threading.Lock()
        self.count = self.last = 1

    def fileno(self):
        return self.file.fileno()

    def begin(self, count):
        """For so many calls; one by itself counts as begun."""
        with self.lock:
            self.count = count
            self.last = None if count > 1 else 1
            if count > 1:
                os.lseek(self.fileno(), 0, os.SEEK_SET)

    def current(self):
        """The last one that has begun."""
        with self.lock:
            return self.read() if self.last is None else self.last

    def read(self):
        return min(self.count, os.lseek(self.fileno(), 0, os.SEEK_CUR) // self.SIZE)

    def take_back(self):
        """From now on nothing begins. Gives the last one that has; None if nothing was left."""
        with self.lock:
            if self.last is not None:
                return None
            left = os.read(self.fileno(), self.SIZE * self.MOST)
            next = struct.unpack_from("=i", left)[0] if left else self.MOST + 1
            self.last = min(self.count, next - 1)
            return self.last if self.last < self.count else None

    def close(self):
        with self.lock:
            if self.last is None:
                self.last = self.read()
            self.file.close()


class Node:
    """A Node worker, spoken to by a socket that it inherits."""

    REPORTS, ENDED, VALUE, WAITS, TAKEN = 0, 1, 2, 3, 4

    def __init__(self, setup):
        self.claims = Claims()
        ours, theirs = socket.socketpair()
        numbers = [str(theirs.fileno()), str(setup["small"]), str(self.claims.fileno())]
        words = [setup["node"], *setup["flags"], setup["entry"], *numbers]
        try:
            self.process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno(), self.claims.fileno()],
                env={**os.environ, **setup["env"]},
            )
        except OSError:
            ours.close()
            self.claims.close()
            raise
        finally:
            theirs.close()
        self.pid = self.process.pid
        self.socket = ours
        self.come = b""
        self.heard = False
        self.words = b""
        self.sending = threading.Lock()
        # The call that it has, or calls, and what is to be said of them.
        self.ref = None
        self.early = []
        # It was killed as a call did not obey.
        self.stopped = False
        self.posts = None
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()
        try:
            self.write(setup["first"])
        except OSError:
            # It has ended already, which is found out with the first call.
            pass

    def listen(self):
        while True:
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return
            self.words = (self.words + piece)[-8000:]

    def begin(self, ref, count, *parts):
        """Gives it a call, or so many."""
        self.claims.begin(count)
        with self.sending:
            self.ref = ref
            self.write(*parts)
            early, self.early = self.early, []
            for one, message in early:
                if one == ref:
                    self.write(message)

    def stop(self, places):
        """Kills it, if the call at work is one of these."""
        if self.claims.current() in places:
            self.stopped = True
            self.kill()

    def over(self):
        with self.sending:
            self.ref = None

    def post(self, ref, message):
        """Says something of a call, unless that is over, once it reads: while it computes, it does not."""
        if self.posts is None:
            self.posts = queue.SimpleQueue()
            threading.Thread(target=self.deliver, daemon=True).start()
        self.posts.put((ref, message))

    def deliver(self):
        while True:
            ref, message = self.posts.get()
            try:
                with self.sending:
                    if ref is not None and ref == self.ref:
                        self.write(message)
                    elif ref is not None:
                        # Its call may just be about to come.
                        self.early.append((ref, message))
            except OSError:
                return
            if ref is None:
                return

    def write(self, *parts):
        sizes = [len(part) for part in parts]
        head = struct.pack(f"<{1 + len(sizes)}I", len(sizes), *sizes)
        # What is small goes at once.
        if sum(sizes) < 65536:
            self.socket.sendall(b"".join((head, *parts)))
            return
        for part in (head, *parts):
            self.socket.sendall(part)

    def receive(self):
        """The next message, and of which kind it is; None if it has died."""
        head = self.read(5)
        if head is None:
            return None
        size, kind = struct.unpack("<IB", head)
        body = self.read(size)
        if body is None:
            return None
        self.heard = True
        return kind, body

    def read(self, size):
        # Of several calls there are many messages, which are small.
        piece = PIECE if self.claims.count > 1 else 0
        while len(self.come) < size:
            more = self.socket.recv(max(piece, size - len(self.come)), 0 if piece else socket.MSG_WAITALL)
            if not more:
                return None
            self.come += more
        data, self.come = self.come[:size], self.come[size:]
        return data

    def speaks_until(self, moment):
        """Whether it says something until then, or dies; not once that has come."""
        left = moment - time.monotonic()
        return left > 0 and self.speaks(left)

    def speaks(self, seconds):
        """Whether it says something in this time, or dies."""
        if self.come:
            return True
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def kill(self):
        self.process.kill()

    def end(self):
        """How it ended, and its last words."""
        try:
            code = self.process.wait(timeout=2)
        except Exception:
            self.process.kill()
            code = self.process.wait()
        self.listener.join(0.5)
        if self.posts is not None:
            self.posts.put((None, None))
        self.socket.close()
        self.claims.close()
        return code, self.words.decode("utf-8", "replace")


class Ear(asyncio.StreamReaderProtocol):
    """Notices that the coordinator is gone, also while nobody reads."""

    def __init__(self, reader, gone):
        super().__init__(reader)
        self.gone = gone

    def eof_received(self):
        if not self.gone.done():
            self.gone.set_result(None)
        return super().eof_received()


async def unless_gone(work, gone):
    """Does something that may take long, such as to connect; not for a coordinator that is gone."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        task.cancel()
        raise asyncio.IncompleteReadError(b"", None)
    await task


async def serve(Bridge):
    """Does what the coordinator says until it is gone, by a `Bridge` to one engine."""
    # What libraries print must not get among the frames.
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**32)
    gone = loop.create_future()
    await loop.connect_read_pipe(lambda: Ear(reader, gone), os.fdopen(0, "rb", closefd=False))
    pending = []

    def write():
        parts, pending[:] = b"".join(pending), []
        view = memoryview(parts)
        while view:
            view = view[output.write(view) :]

    def say(*entries):
        if not pending:
            loop.call_soon(write)
        pending.append(encode(entries))

    bridge = Bridge(say)
    bridge.output = output
    try:
        while True:
            operation, *operands = await decode(reader)
            if operation == "close":
                break
            if operation == "open":
                operands[0] = json.loads(operands[0])
            done = getattr(bridge, operation)(*operands)
            if operation == "open":
                await unless_gone(done, gone)
            elif asyncio.iscoroutine(done):
                await done
    except Refused as error:
        say("failed", error.kind, str(error))
    except asyncio.IncompleteReadError:
        pass
    except Exception:
        say("failed", "bridge", traceback.format_exc())
    finally:
        await bridge.close()
        write()
