#!/usr/bin/env bash
# The same on one machine, or on several by ssh, with GNU parallel: parallel.sh functions.ndjson OUT [PARTS]
# Each part is written under a temporary name and renamed, so that a run that was stopped goes on where it was.
set -euo pipefail
list="$1" out="$2" parts="${3:-$(nproc)}"
export list out parts DEFROST="${DEFROST:-defrost}"
mkdir -p "$out"
part() {
  local file="$out/part-$1.ndjson" code=0
  [ -e "$file" ] && return 0
  "$DEFROST" check --from-file "$list" --shard "$1/$parts" --jobs 1 -o "$file.tmp" || code=$?
  # 1 is that there are findings, 2 that no line of the part could be analysed; the records hold both.
  [ "$code" -le 2 ] && mv "$file.tmp" "$file"
}
export -f part
seq "$parts" | parallel --halt soon,fail=1 --retries 3 part {}
"$DEFROST" merge --summary "$out"/part-*.ndjson || [ $? -le 2 ]
