#!/bin/sh
# One run for a schedule: audits the folder that is named, and tells whom its `notify:` names. What stands behind the folder
# goes to the audit: `crmlint-daily /srv/crmlint --pull` fetches the exports first.
# Ends as the audit ended, or with 2 or 3 when nobody could be told, so that the scheduler sees it.
set -u
cd "${1:-.}" || exit 2
[ $# -eq 0 ] || shift
# What a broken run leaves behind must not be told as its result.
rm -f report.json
crmlint audit --profile hygiene --output json=report.json --output html=report.html --quiet "$@"
ended=$?
[ -f report.json ] || exit "$ended"
crmlint notify --report report.json || exit
exit "$ended"
