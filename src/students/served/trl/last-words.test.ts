import assert from "node:assert/strict";
import { test } from "node:test";
import { lastWordsOf } from "./last-words.ts";

/** As torch 2.15's launcher writes it, shortened. */
const SUMMARY = (
  code: string,
) => `W1201 02:41:27.793000 29578 torch/distributed/elastic/multiprocessing/api.py:1028] Sending process 29856 closing signal SIGTERM
E1201 02:41:27.859000 29578 torch/distributed/elastic/multiprocessing/api.py:1002] failed (exitcode: -6) local_rank: 1 (pid: 29865) of binary: python
Traceback (most recent call last):
  File "launch.py", line 1423, in <module>
    main()
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================
train_trl.py FAILED
------------------------------------------------------------
Failures:
[1]:
  exitcode  : 3 (pid: 29856)
------------------------------------------------------------
Root Cause (first observed failure):
[0]:
  time      : 2026-12-01_02:41:27
  host      : localhost
  rank      : 1 (local_rank: 1)
  exitcode  : ${code}
  error_file: <N/A>
  traceback : Signal 6 (SIGABRT) received by PID 29865
============================================================
`;

const ABORTED = SUMMARY("-6 (pid: 29865)  (SIGABRT)");
const WORKER = { name: "worker 1", signal: "SIGABRT" };
const TRACE = (end: string) =>
  `[rank0]: Traceback (most recent call last):\n[rank0]:   File "x.py", line 1\n[rank0]:     f()\n${end}\n`;

test("without a better sign, the last lines are the reason", () => {
  assert.deepEqual(lastWordsOf("one\ntwo\n\nthree\n  four  \n"), { why: "two · three · four" });
  assert.deepEqual(lastWordsOf(""), { why: "it said nothing" });
});

test("of several processes, what they said counts, not what their launcher says", () => {
  const said = `{'loss': '0.1'}\nterminate called after throwing an instance of 'gloo::Error'\n  what(): too long\nAborted\n${ABORTED}`;
  const why = "terminate called after throwing an instance of 'gloo::Error' · what(): too long";
  assert.deepEqual(lastWordsOf(said), { why, worker: WORKER });
  for (const line of ["free(): invalid pointer", "Fatal Python error: Aborted", "corrupted size vs. prev_size"])
    assert.equal(lastWordsOf(`x\n${line}\ny\n${TRACE("ValueError: no")}${ABORTED}`).why, line);
});

test("a traceback's last line is quoted, unless it only misses another process", () => {
  const lost = TRACE("RuntimeError: [pair.cc:561] Connection closed by peer [127.0.0.1]:40329");
  assert.deepEqual(lastWordsOf(`${lost}${ABORTED}`), { why: "it said nothing", worker: WORKER });
  assert.equal(
    lastWordsOf(`${TRACE("[rank1]: ValueError: no such row")}${lost}${ABORTED}`).why,
    "ValueError: no such row",
  );
});

test("a process that ended by itself was ended by no signal", () => {
  assert.deepEqual(lastWordsOf(`${TRACE("ValueError: no")}${SUMMARY("1 (pid: 29865)")}`), { why: "ValueError: no" });
});

test("accelerate with one process names its signal in a traceback of its own", () => {
  const said = `Traceback (most recent call last):
  File "site-packages/accelerate/commands/launch.py", line 1423, in <module>
    main()
subprocess.CalledProcessError: Command '['python', 'x.py']' died with <Signals.SIGSEGV: 11>.
`;
  const { worker } = lastWordsOf(said);
  assert.deepEqual(worker, { name: "the worker", signal: "SIGSEGV" });
});
