"""The floor: Polars reads every CSV file of a workspace as text, one after the other, and does nothing with it.

    python read_floor.py big            # a folder with exports/*/*.csv
"""

import argparse
import json
import time
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    args = parser.parse_args()
    files = sorted(args.workspace.glob("exports/*/*.csv"))
    if not files:
        raise SystemExit(f"{args.workspace}: no exports/*/*.csv")
    try:
        import polars
    except ImportError:
        raise SystemExit("no polars: python3 -m pip install -r benches/reference/requirements.txt") from None
    wall, cpu = time.perf_counter(), time.process_time()
    rows = 0
    for file in files:
        rows += polars.read_csv(file, infer_schema=False, truncate_ragged_lines=True).height
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "rows": rows}))


if __name__ == "__main__":
    main()
