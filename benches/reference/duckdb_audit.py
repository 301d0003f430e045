"""The checks of an audit as one would write them by hand in DuckDB SQL, and their time.

    python duckdb_audit.py big                              # runs everything, prints seconds and counts as JSON
    python duckdb_audit.py big --truth report.json          # holds the counts against crmlint's own
    python duckdb_audit.py big --times                      # seconds of every statement

The SQL stands in `audit/*.sql`, for workspaces as `examples/generate` makes them. Every check is a statement that gives
rows (code, subject, records), under a line `-- rules: CODE ...`; all other statements prepare. Where a count cannot be
crmlint's, a comment in the SQL says why. `crmlint audit big --now 2026-06-01 --format json --output report.json` makes
the truth.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

try:
    import duckdb
except ImportError:
    raise SystemExit("no duckdb: python3 -m pip install -r benches/reference/requirements.txt") from None


def statements():
    """Every statement of the files, in their order: the codes that it counts, if any, and its text."""
    for file in sorted((Path(__file__).parent / "audit").glob("*.sql")):
        for part in re.split(r";\s*(?:\n|$)", file.read_text(encoding="utf-8")):
            codes = " ".join(re.findall(r"^-- rules: (.+)$", part, re.M)).split()
            lines = [line for line in part.split("\n") if not line.startswith("--")]
            if "".join(lines).strip():
                yield codes, "\n".join(lines).strip()


def run(workspace, memory, times):
    """Counts by code and subject, and the codes that were asked."""
    counts, asked = Counter(), []
    with tempfile.TemporaryDirectory() as spill:
        con = duckdb.connect(config={"temp_directory": spill} | ({"memory_limit": memory} if memory else {}))
        con.execute("SET TimeZone = 'UTC'")
        for system in ("zoho", "customerio", "shopify"):
            con.execute(f"SET VARIABLE {system} = '{workspace / 'exports' / system}'")
        for codes, sql in statements():
            begin = time.perf_counter()
            rows = con.execute(re.sub(r"\$(zoho|customerio|shopify)\b", r"getvariable('\1')", sql)).fetchall()
            if times:
                what = " ".join(codes) or sql.split("(")[0].split("\n")[0][:50]
                print(f"{time.perf_counter() - begin:8.3f} s  {what}", file=sys.stderr)
            if not codes:
                continue
            asked += codes
            for code, subject, records in rows:
                if code not in codes:
                    raise SystemExit(f"{code} is counted under {codes}")
                if records:
                    counts[code, subject] += records
        con.close()
    return counts, sorted(set(asked))


def compare(counts, asked, report):
    """A table of both counts by code; says how many codes differ."""
    truth = Counter()
    for finding in report["findings"] + report["accepted"]:
        truth[finding["code"]] += finding["records"]
    ran = {rule["code"]: rule["status"] for rule in report["rules"]}
    ours = Counter()
    for (code, _), records in counts.items():
        ours[code] += records
    print(f"{'code':8}{'crmlint':>10}{'DuckDB':>10}")
    for code in asked:
        same = "" if truth[code] == ours[code] else "  differs"
        print(f"{code:8}{truth[code]:>10}{ours[code]:>10}{same}")
    differ = [code for code in asked if truth[code] != ours[code]]
    data = [code for code, status in ran.items() if status in ("findings", "clean")]
    print(f"{len(asked)} of {len(data)} rules that ran; {len(differ)} differ: {' '.join(differ)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--truth", type=Path, help="crmlint's JSON report of the same workspace")
    parser.add_argument("--memory", help="memory limit of DuckDB, such as 16GB; without it DuckDB's own")
    parser.add_argument("--times", action="store_true", help="seconds of every statement, on standard error")
    args = parser.parse_args()
    wall, cpu = time.perf_counter(), time.process_time()
    counts, asked = run(args.workspace, args.memory, args.times)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if args.truth:
        compare(counts, asked, json.loads(args.truth.read_text(encoding="utf-8")))
        return
    found = [{"code": code, "subject": subject, "records": records}
             for (code, subject), records in sorted(counts.items())]
    print(json.dumps({"wall": wall, "cpu": cpu, "rules": len(asked), "found": found}))


if __name__ == "__main__":
    main()
