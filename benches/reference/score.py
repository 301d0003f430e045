"""Scores found pairs or clusters of people against the labels beside the file.

Beside PEOPLE.csv lie PEOPLE.pairs.csv (id_l,id_r,same,kind,agrees) and PEOPLE.truth.csv (id,person).

    python score.py people.csv --pairs found.csv            # found.csv: id_l,id_r in any order
    python score.py people.csv --clusters clusters.csv      # clusters.csv: id,cluster
    python score.py people.csv --pairs found.csv --json

Recall is given over all pairs of one person and over those in reach: pairs that a reader of the cells
could tell. In reach are all `exact` and `provider` pairs, `typo` pairs where some field agrees besides
the address, and all other pairs where at least two fields agree.
"""

import argparse
import json
from pathlib import Path

import duckdb

TIERS = ("exact", "provider", "typo", "relay", "moved", "other", "none")

# Pairs are stored with the smaller id first, so that the order in a file does not matter.
PAIRS = "SELECT DISTINCT least(id_l, id_r) AS a, greatest(id_l, id_r) AS b FROM {} WHERE id_l <> id_r"
IN_CLUSTERS = """SELECT least(l.id, r.id) AS a, greatest(l.id, r.id) AS b
    FROM found_clusters l JOIN found_clusters r ON l.cluster = r.cluster AND l.id < r.id"""


def load(con, name, path):
    if not path.is_file():
        raise SystemExit(f"{path}: no such file")
    con.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv(?, header = true, all_varchar = true)", [str(path)])


def load_labels(con, people):
    load(con, "listed", people.with_suffix(".pairs.csv"))
    load(con, "truth", people.with_suffix(".truth.csv"))
    con.execute("""
        CREATE TABLE labels AS
        SELECT least(id_l, id_r) AS a, greatest(id_l, id_r) AS b, lower(same) IN ('true', '1', 'yes') AS same, kind,
               CASE WHEN kind IN ('exact', 'provider') THEN true
                    WHEN kind = 'typo' THEN fields >= 1 ELSE fields >= 2 END AS reachable
        FROM (SELECT *, CASE WHEN coalesce(agrees, '') = '' THEN 0 ELSE len(string_split(agrees, '+')) END AS fields
              FROM listed)""")
    [(listed,)] = con.execute("SELECT count(*) FROM labels WHERE same").fetchall()
    [(true,)] = con.execute("SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM"
                            " (SELECT count(*) AS n FROM truth GROUP BY person)").fetchall()
    if listed != true:
        raise SystemExit(f"labels do not fit together: {listed} same pairs listed, {true} by the persons")


def ratio(part, whole):
    return part / whole if whole else None


def score(con, found_sql):
    """All figures for the pairs that `found_sql` gives."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE found AS {found_sql}")
    [(found, known, right)] = con.execute("""
        SELECT count(*), count(l.person + r.person), count(*) FILTER (l.person = r.person) FROM found
        LEFT JOIN (SELECT id, person::BIGINT AS person FROM truth) l ON l.id = a
        LEFT JOIN (SELECT id, person::BIGINT AS person FROM truth) r ON r.id = b""").fetchall()
    if known != found:
        raise SystemExit(f"{found - known} found pairs name a record that the file does not have")
    rows = con.execute("""
        SELECT kind, same, count(*), count(found.a), count(*) FILTER (reachable),
               count(*) FILTER (reachable AND found.a IS NOT NULL)
        FROM labels LEFT JOIN found USING (a, b) GROUP BY ALL ORDER BY kind""").fetchall()
    tiers = {kind: dict(pairs=pairs, found=hits, recall=ratio(hits, pairs), reachable=reach, found_reachable=reach_hits,
                        recall_reachable=ratio(reach_hits, reach))
             for kind, same, pairs, hits, reach, reach_hits in rows if same}
    false = {kind: dict(listed=pairs, found=hits) for kind, same, pairs, hits, _, _ in rows if not same}
    total = {key: sum(tier[key] for tier in tiers.values()) for key in ("pairs", "reachable", "found_reachable")}
    precision, recall = ratio(right, found), ratio(right, total["pairs"])
    return dict(
        pairs=total["pairs"], found=found, right=right, precision=precision, recall=recall,
        f1=ratio(2 * right, found + total["pairs"]), reachable=total["reachable"],
        recall_reachable=ratio(total["found_reachable"], total["reachable"]),
        tiers={tier: tiers[tier] for tier in (*TIERS, *sorted(set(tiers) - set(TIERS))) if tier in tiers},
        false=false, false_unlisted=found - right - sum(kind["found"] for kind in false.values()))


def check_clusters(con):
    """A file of clusters names every record once; another file's clusters, or half a file, do not pass."""
    [(rows, ids, known, records)] = con.execute("""
        SELECT count(*), count(DISTINCT id), count(DISTINCT id) FILTER (id IN (SELECT id FROM truth)),
               (SELECT count(*) FROM truth) FROM found_clusters""").fetchall()
    if not rows == ids == known == records:
        raise SystemExit(f"clusters do not fit the people: {rows} rows, {known} known ids of {records} records")


def percent(value):
    return "     -" if value is None else f"{value:6.2%}".rjust(7)


def show(title, figures):
    print(f"{title}: {figures['found']} pairs found, {figures['pairs']} pairs of one person")
    print(f"  precision {percent(figures['precision'])}  recall {percent(figures['recall'])}  F1 {percent(figures['f1'])}"
          f"  recall in reach {percent(figures['recall_reachable'])}")
    print(f"  {'tier':16}{'pairs':>9}{'found':>9}{'recall':>9}{'in reach':>10}{'found':>9}{'recall':>9}")
    for kind, tier in figures["tiers"].items():
        print(f"  {kind:16}{tier['pairs']:>9}{tier['found']:>9}{percent(tier['recall']):>9}"
              f"{tier['reachable']:>10}{tier['found_reachable']:>9}{percent(tier['recall_reachable']):>9}")
    print(f"  {'false pairs':16}{'listed':>9}{'found':>9}")
    for kind, negative in figures["false"].items():
        print(f"  {kind:16}{negative['listed']:>9}{negative['found']:>9}")
    print(f"  {'unlisted':16}{'-':>9}{figures['false_unlisted']:>9}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=Path)
    parser.add_argument("--pairs", type=Path, help="found pairs: id_l,id_r")
    parser.add_argument("--clusters", type=Path, help="found clusters: id,cluster")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not args.pairs and not args.clusters:
        parser.error("give --pairs, --clusters or both")
    con = duckdb.connect()
    load_labels(con, args.people)
    results = {}
    if args.pairs:
        load(con, "found_pairs", args.pairs)
        results["pairs"] = score(con, PAIRS.format("found_pairs"))
    if args.clusters:
        load(con, "found_clusters", args.clusters)
        check_clusters(con)
        results["clusters"] = score(con, IN_CLUSTERS)
    if args.json:
        print(json.dumps(results, indent=2))
    else:
        for title, figures in results.items():
            show(title, figures)


if __name__ == "__main__":
    main()
