#!/usr/bin/env bash
# 200 units of expert on 200 tasks of the demo's world: strong runs alone, weak ones alone (four for the price of one), half and
# half. 3 seeds; resumable.
set -euo pipefail
cd "$(dirname "$0")/.."
experts() {
  npx gleaner run runs/workshop-experts.yaml --set run="experts-$1" expert="$2"
}
experts strong '[{"scripted":true,"errorRate":0.25}]'
experts weak '[{"scripted":true,"errorRate":0.4,"episodes":4}]'
experts both '[{"scripted":true,"errorRate":0.25,"tasks":100},{"scripted":true,"errorRate":0.4,"episodes":2}]'
