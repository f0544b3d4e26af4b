# Compiles modules to unchecked-hash bytecode, the same bytes on every run.
#
# usage: compile.py ROOT JOBS, with relative paths on standard input, each ended by a zero byte
# Answers on standard output: a line `done N` now and then, and `skip PATH` (zero-ended) for what is not Python of this version.
#
# marshal marks an object that is referenced more than once, and counts references of the whole process: what was compiled or
# imported before changes the bytes. So each module is compiled in a process of its own, forked from one that does nothing else.
# Code objects name their file relative to the root; the importer puts the real place in when it loads them.
import os
import sys
from _imp import source_hash
from importlib._bootstrap_external import _RAW_MAGIC_NUMBER, _code_to_hash_pyc, cache_from_source


def compile_one(root, name):
    path = os.path.join(root, name)
    with open(path, "rb") as file:
        source = file.read()
    try:
        code = compile(source, name, "exec", dont_inherit=True, optimize=LEVEL)
    except (SyntaxError, ValueError, RecursionError, MemoryError, UnicodeError):
        return 3
    target = cache_from_source(path, optimization=LEVEL or "")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(_code_to_hash_pyc(code, source_hash(_RAW_MAGIC_NUMBER, source), False))
    return 0


def start(root, name):
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        status = compile_one(root, name)
    except BaseException as error:
        os.write(2, ("%s: %r\n" % (ascii(name), error)).encode("ascii", "backslashreplace"))
    finally:
        os._exit(status)


def main(root, jobs):
    names = [os.fsdecode(name) for name in sys.stdin.buffer.read().split(b"\0") if name]
    running = {}
    failed = False
    done = 0
    while names or running:
        while names and len(running) < jobs:
            name = names.pop()
            running[start(root, name)] = name
        pid, status = os.wait()
        name = running.pop(pid)
        done += 1
        if status == 3 << 8:
            os.write(1, b"skip " + os.fsencode(name) + b"\0")
        elif status:
            failed = True
        if done % 64 == 0:
            os.write(1, b"done %d\0" % done)
    sys.exit(1 if failed else 0)


LEVEL = int(sys.argv[3])
main(sys.argv[1], int(sys.argv[2]))
