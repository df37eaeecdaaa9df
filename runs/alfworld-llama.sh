#!/usr/bin/env bash
# 510 real episodes of Llama-2-13B on ALFWorld (zjunlp/KnowAgent): import, verify, run. Resumable.
#   LOGS = knowagent_llama-2-13b_D0.jsonl.gz   DATA = json_2.1.1   LOGIC = the older release's alfred.pddl and alfred.twl2
set -euo pipefail
cd "$(dirname "$0")/.."
: "${LOGS:?path of the logs}" "${DATA:?path of json_2.1.1}" "${LOGIC:?path of the older domain and grammar}"
npx gleaner import "$LOGS" --format knowagent --env alfworld --data "$DATA" --logic "$LOGIC" --expert llama-2-13b --out llama
npx gleaner verify llama --data "$DATA" --logic "$LOGIC"
npx gleaner run examples/alfworld-llama.yaml --set environment.data="$DATA" environment.logic="$LOGIC" "$@"
