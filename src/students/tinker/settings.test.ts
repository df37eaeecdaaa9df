import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError } from "../../core/errors.ts";
import { checkTinkerSettings, DEFAULT_TINKER_SETTINGS, learningRateAt } from "./settings.ts";

test("the learning rate rises for the warm-up, then falls to nothing or stays", () => {
  const settings = { ...DEFAULT_TINKER_SETTINGS, learningRate: 8, steps: 8, warmup: 4 } as const;
  const rates = (schedule: "cosine" | "constant") =>
    Array.from({ length: 8 }, (_, step) => Number(learningRateAt(step, { ...settings, schedule }).toFixed(6)));
  assert.deepEqual(rates("constant"), [0, 2, 4, 6, 8, 8, 8, 8]);
  // What transformers' `get_cosine_schedule_with_warmup` gives.
  assert.deepEqual(rates("cosine"), [0, 2, 4, 6, 8, 6.828427, 4, 1.171573]);
});

test("settings out of range are refused by name", () => {
  const wrong = [
    { steps: 0 },
    { batch: 1.5 },
    { warmup: -1 },
    { loraRank: 0.5 },
    { maxLength: -1 },
    { learningRate: 0 },
  ];
  const more = [{ beta1: 1 }, { beta2: -1 }, { epsilon: 0 }, { weightDecay: -1 }, { gradientClip: Number.NaN }];
  for (const setting of [...wrong, ...more, { schedule: "linear" as never }]) {
    const [name] = Object.keys(setting);
    assert.throws(
      () => checkTinkerSettings({ ...DEFAULT_TINKER_SETTINGS, ...setting }),
      (error) => error instanceof CliError && error.message.startsWith(`tinker: expected ${name} to be`),
    );
  }
  checkTinkerSettings(DEFAULT_TINKER_SETTINGS);
});
