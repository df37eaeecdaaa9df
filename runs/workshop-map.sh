#!/usr/bin/env bash
# The map of when failures help: the demo's world in several shapes, 3 iterations, 3 seeds each. Hours; resumable.
#   SEEDS='[1,2,3]'
set -euo pipefail
cd "$(dirname "$0")/.."
seeds="${SEEDS:-[1,2,3]}"
map() {
  local name=$1
  shift
  npx gleaner run runs/workshop-map.yaml --set run="map-$name" seeds="$seeds" "$@"
}
map front
map back environment.kind=back
map silent environment.ruin=silent
map any environment.kind=any
map few environment.trainTasks=200
map clumsy expert.errorRate=0.4
