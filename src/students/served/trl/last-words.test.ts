import assert from "node:assert/strict";
import { test } from "node:test";
import { lastWordsOf } from "./last-words.ts";

/** As torch 2.13's launcher writes it, shortened. */
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

test("a program's last lines are its reason", () => {
  assert.deepEqual(lastWordsOf("one\ntwo\n\nthree\n  four  \n"), { text: "two · three · four" });
  assert.deepEqual(lastWordsOf(""), { text: "it said nothing" });
});

test("of several processes it is what they said before their launcher did", () => {
  const said = `{'loss': '0.1'}\nterminate called\n  what(): too long\n${SUMMARY("-6 (pid: 29865)  (SIGABRT)")}`;
  assert.deepEqual(lastWordsOf(said), { text: "terminate called · what(): too long", signal: "SIGABRT" });
});

test("a process that ended by itself was ended by no signal", () => {
  assert.deepEqual(lastWordsOf(`ValueError: no\n${SUMMARY("1 (pid: 29865)")}`), { text: "ValueError: no" });
});
