"""Runs a command in a new process and prints what it cost, as one line of JSON.

    python run.py --timeout 600 -- target/release/crmlint audit big --now 2026-06-01
    {"end": "done", "exit": 0, "wall": 14.7, "cpu": 21.9, "peak": 1491000000, "private": 1203000000}

`wall` and `cpu` are seconds (user and system of the process and its children), `peak` is the most memory that was
resident, mapped files included, as the kernel counts it, `private` the most that was not mapped from a file, looked at
every 20 ms. A command that is not done in time is killed, with its children: `"end": "late"`. A last line of output that is
a JSON object is handed on as `said`: a script says there how long its own work took, without the start of Python.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time


def private(pid):
    """Bytes of a process that no file lies behind; 0 where it is gone or the system does not say."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def kill(pid):
    """Ends a process and those that it started."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(command, timeout):
    most, late, over = 0, threading.Event(), threading.Event()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)

        def watch():
            nonlocal most
            while not over.wait(0.02):
                most = max(most, private(child.pid))
                if time.perf_counter() - begin > timeout and not late.is_set():
                    late.set()
                    kill(child.pid)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            kill(child.pid)
            raise
        wall = time.perf_counter() - begin
        over.set()
        watcher.join()
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        printed = out.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        complaint = err.read().decode("utf-8", "replace").strip()
    said = {
        "end": "late" if late.is_set() else "done", "exit": child.returncode, "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024, "private": most,
    }
    if printed.startswith("{") and printed.endswith("}"):
        said["said"] = json.loads(printed)
    if child.returncode and not late.is_set():
        said["error"] = complaint[-2000:]
    return said


def stop(*_):
    raise SystemExit("ended before its command was done")


def main():
    # Whoever ends this ends what it runs.
    signal.signal(signal.SIGTERM, stop)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--timeout", type=float, default=600, help="seconds after which the command is killed")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    try:
        json.dump(run(args.command, args.timeout), sys.stdout)
    except FileNotFoundError as missing:
        raise SystemExit(f"{missing.filename}: no such program") from None
    print()


if __name__ == "__main__":
    main()
