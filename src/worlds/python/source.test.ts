// Another code is another hash, wherever it stands; what is not code, or is not imported, changes nothing.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../test/temporary.ts";
import { sourceHash } from "./source.ts";

const FILES = {
  "mine.py":
    "import os, rules as r\nfrom maps.small import plan\nclass World:\n    def reset(self):\n        import late\n",
  "rules.py": "from json import dumps\nfrom . import words\nLIMIT = 3\n",
  "words.py": "GO = 'go'\n",
  "late.py": "import rules, mine\n",
  "maps/__init__.py": "",
  "maps/small.py": "plan = [1]\n",
  "play.py": "import mine\n",
  "os/notes.py": "",
};

function hashOf(changes: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(temporaryFolder(), "source-"));
  for (const [name, text] of Object.entries({ ...FILES, ...changes })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return sourceHash(join(folder, "mine.py"));
}

test("the hash is that of the code, in whatever folder", () => {
  assert.equal(hashOf(), hashOf());
  assert.match(hashOf(), /^[0-9a-f]{20}$/);
});

for (const name of ["mine.py", "rules.py", "words.py", "late.py", "maps/__init__.py", "maps/small.py"] as const) {
  test(`another ${name} is another world`, () => {
    assert.notEqual(hashOf({ [name]: `${FILES[name]}# other\n` }), hashOf());
  });
}

test("what is not imported is no part of it", () => {
  assert.equal(hashOf({ "play.py": "print()\n", "os/notes.py": "1\n", "data.json": "{}" }), hashOf());
});
