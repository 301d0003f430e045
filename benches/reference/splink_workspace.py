"""Links and deduplicates the contacts and profiles of a workspace with Splink (DuckDB backend).

    python splink_workspace.py big                    # prints seconds, pairs and clusters as JSON
    python splink_workspace.py big --times            # also the seconds of every step

What crmlint's fuzzy tier is held against. Columns are cleaned as in duckdb_people.py and the comparisons are those of
splink_people.py, which were chosen on labelled people; contacts and profiles share id, address, first name, phone, date
of birth and country, the rest stands on contacts alone. The blocking rules keep to what makes few pairs of people whose
names and cities come from short lists: counted on 100,000 people, none makes more than one pair a record. u is estimated
from random pairs, the prior from sure rules, m by expectation maximisation.
"""

import argparse
import json
import logging
import sys
import tempfile
from pathlib import Path

try:
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    from duckdb_people import ADDRESS, BIRTH, JUNK, MACROS, PHONE, Meter, one
    from splink_people import addresses, births, exact, first_names, places, read_nicknames, surnames
except ImportError as missing:
    raise SystemExit(f"no {missing.name}: python3 -m pip install -r benches/reference/requirements.txt") from None

NICKNAMES = Path(__file__).parents[2] / "rules" / "data" / "nicknames.yaml"
SURE = [block_on("zoho_id"), block_on("email", "first_name"), block_on("phone", "first_name"),
        block_on("first_name", "surname", "dob")]
# The share of true pairs that SURE finds, a guess before training.
SURE_RECALL = 0.8
TRAINING = [block_on("email"), block_on("phone"), block_on("first_name", "dob")]
BLOCKS = [
    block_on("zoho_id"),
    block_on("email"),
    block_on("phone"),
    block_on("mail_local", "first_name"),
    block_on("first_name", "surname", "city"),
    block_on("first_name", "dob"),
    block_on("surname", "dob"),
]
# How each side calls what both have, and what only one has.
SIDES = {
    "contacts": ("zoho/Contacts*.csv", '"Record Id"', '"Email"', '"First Name"', '"Last Name"', '"Phone"',
                 '"Date of Birth"', '"Mailing Street"', '"Mailing City"', '"Mailing Zip"', '"Record Id"'),
    "profiles": ("customerio/people.csv", "cio_id", "email", "first_name", "NULL::VARCHAR", "phone", "birthday",
                 "NULL::VARCHAR", "NULL::VARCHAR", "NULL::VARCHAR", "zoho_contact_id"),
}
FORMATS = "['%Y-%m-%d', '%d.%m.%Y', '%d/%m/%Y', '%Y-%m-%d %H:%M:%S', '%b %d, %Y', '%d %b %Y']"


def prepare(con, workspace):
    """A clean table of each side; what a cell does not tell is NULL."""
    con.execute(MACROS)
    read_nicknames(con, NICKNAMES)
    for name, (file, key, email, first, last, phone, birth, street, city, postcode, zoho) in SIDES.items():
        con.execute(f"""
            CREATE TABLE {name} AS
            WITH clean AS (
                SELECT {key} || '#' || row_number() OVER () AS unique_id, nullif(trim(lower({email})), '') AS address,
                    split_part(umlauts(bare_name({first})), ' ', 1) AS first, umlauts(bare_name({last})) AS last,
                    generation({last}) AS generation, digits({phone}) AS phone,
                    try_strptime(trim({birth}), {FORMATS})::DATE AS dob, words({street}) AS street,
                    words({city}) AS city, postcode({postcode}) AS postcode,
                    nullif(ltrim(replace(trim({zoho}), 'zcrm_', ''), '0'), '') AS zoho_id
                FROM read_csv(?, header = true, all_varchar = true)),
            {ADDRESS},
            told AS (
                SELECT * EXCLUDE (first, last) REPLACE ({PHONE} AS phone, {BIRTH} AS dob),
                    CASE WHEN first NOT IN ({JUNK}, '') THEN first END AS first_name,
                    CASE WHEN last NOT IN ({JUNK}, '') THEN last END AS surname,
                    mail_local || '@' || mail_domain AS email
                FROM addressed)
            SELECT told.*, forms, regexp_replace(mail_local, '[^0-9]', '', 'g') AS mail_digits,
                coalesce(contains(umlauts(regexp_replace(mail_local, '[^a-z0-9]', '', 'g')), replace(surname, ' ', ''))
                    AND NOT regexp_matches(mail_local, '[0-9]'), false) AS mail_of_name
            FROM told LEFT JOIN (SELECT umlauts(name) AS name, list(form) AS forms FROM nicknames GROUP BY 1)
                ON name = first_name""", [str(workspace / "exports" / file)])
    return sum(one(con, f"SELECT count(*) FROM {name}")[0] for name in SIDES)


def train(linker):
    training = linker.training
    training.estimate_probability_two_random_records_match(SURE, recall=SURE_RECALL)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1, min_count_per_level=None)
    for block in TRAINING:
        training.estimate_parameters_using_expectation_maximisation(block, max_pairs=2e6)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--threshold", type=float, default=0.95)
    parser.add_argument("--memory", help="memory limit of DuckDB, such as 16GB; without it DuckDB's own")
    parser.add_argument("--times", action="store_true", help="seconds of every step, on standard error")
    args = parser.parse_args()
    with Meter() as whole, tempfile.TemporaryDirectory() as spill:
        con = duckdb.connect(config={"temp_directory": spill} | ({"memory_limit": args.memory} if args.memory else {}))
        with Meter() as reading:
            records = prepare(con, args.workspace)
        settings = SettingsCreator(
            link_type="link_and_dedupe", blocking_rules_to_generate_predictions=BLOCKS, retain_matching_columns=False,
            comparisons=[exact("zoho_id"), addresses(records), first_names(), surnames(), births(), exact("phone"),
                         places()])
        api = DuckDBAPI(con)
        linker = Linker([api.register(name) for name in SIDES], settings, log_level=logging.ERROR)
        with Meter() as training:
            train(linker)
        with Meter() as predicting:
            scored = linker.inference.predict(threshold_match_probability=args.threshold, warning_mode="never")
        with Meter() as clustering:
            clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, args.threshold)
        [pairs] = one(con, f"SELECT count(*) FROM {scored.physical_name}")
        [persons] = one(con, f"SELECT count(DISTINCT cluster_id) FROM {clusters.physical_name}")
        con.close()
    if args.times:
        steps = {"read": reading, "train": training, "predict": predicting, "cluster": clustering, "in all": whole}
        for name, meter in steps.items():
            print(f"{name:8} {meter}", file=sys.stderr)
    print(json.dumps({"wall": whole.wall, "cpu": whole.cpu, "records": records, "pairs": pairs, "persons": persons}))


if __name__ == "__main__":
    main()
