#!/usr/bin/env bash
# The table of the demo in docs/results.md: front and back, 4 seeds each, 1 iteration. About 25 minutes on 2 cores; resumable.
set -euo pipefail
cd "$(dirname "$0")/.."
for kind in front back; do
  npx gleaner run examples/workshop.yaml --set run=workshop-$kind environment.kind=$kind 'seeds=[1,2,3,4]'
done
