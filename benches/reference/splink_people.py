"""Finds records of one person with Splink (DuckDB backend), set up the way an expert would.

    python splink_people.py people.csv --pairs found.csv --clusters clusters.csv --threshold 0.95
    python splink_people.py people.csv --pairs found.csv --nicknames rules/data/nicknames.yaml
    python splink_people.py people.csv --pairs found.csv --textbook       # ready-made comparisons only

Clean columns come from duckdb_people.py. u is estimated from random pairs, the prior from deterministic
rules, m by expectation maximisation in several passes that block on different columns; some m and u are set
by hand. Prints wall and CPU seconds and peak memory of every step and of everything. The outputs appear only
when all went well; old ones are removed first.

The labels were used to choose between settings, never to train. Each choice taken back alone, on 10,000
records of the first noise model, seed 1, with nicknames, at 0.95 (precision / recall / F1 over pairs, in %):

    as it is                                                    99.5 / 82.7 / 90.3
    no nicknames                                                99.5 / 79.2 / 88.2
    cl.EmailComparison for the address                          92.9 / 78.3 / 85.0
    cl.NameComparison for both names                            91.8 / 82.3 / 86.8
    cl.ForenameSurnameComparison for both names                 90.5 / 73.8 / 81.3
    cl.DateOfBirthComparison                                    97.0 / 82.8 / 89.3
    m of differing names, births, generations trained, not set  88.5 / 83.9 / 86.1
    postcode, city and street apart                             98.1 / 83.9 / 90.4
    phone without term frequencies                              99.5 / 83.3 / 90.7
    boxes of an office kept                                     99.4 / 83.3 / 90.6
    address made of the name counts in full                     98.8 / 83.5 / 90.5  (on 100,000: F1 88.2 for 89.8)
    all ready-made (--textbook)                                 69.6 / 72.8 / 71.2
"""

import argparse
import logging
import re
import tempfile
from pathlib import Path

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from duckdb_people import Meter, one, outputs, read_people

# Chance that two records of one person show two given first names (which are no forms of one name and not
# alike), two birth dates far apart, or Jr and Sr. Training takes families for matches (one home, one phone,
# one surname) and would find a fifth; whoever knows the data says never.
NEVER = 1e-15
# An address or a phone that more names than this use belongs to an office.
BOX = 3
# The share of records whose address somebody else has too. Random pairs cannot tell: among them nearly
# every equal address is a true match.
SHARED_ADDRESS = 1 / 500
# How often two people of one name take the same local part made of it (or one letter apart).
SAME_MADE_OF_NAME = 0.02
# The share of true pairs that SURE finds, a guess before training.
SURE_RECALL = 0.5

SURE = [
    block_on("email", "first_name"),
    block_on("phone", "first_name", "surname"),
    block_on("first_name", "surname", "dob"),
    block_on("first_name", "surname", "postcode"),
]
TRAINING = [block_on("email"), block_on("phone"), block_on("first_name", "surname"), block_on("dob")]
BLOCKS = [
    block_on("email"),
    block_on("phone"),
    block_on("mail_local", "first_name"),
    block_on("mail_local", "surname"),
    block_on("first_name", "surname"),
    "l.first_name = r.surname AND l.surname = r.first_name",
    block_on("surname", "postcode"),
    block_on("first_name", "postcode"),
    block_on("surname", "dob"),
    block_on("first_name", "dob"),
    block_on("dob", "postcode"),
    block_on("surname", "city", "substr(first_name, 1, 1)"),
    block_on("first_name", "city", "substr(surname, 1, 2)"),
    block_on("street", "postcode"),
    block_on("mail_domain", "surname", "substr(mail_local, 1, 3)"),
    block_on("mail_domain", "first_name", "right(mail_local, 4)"),
]


def level(sql, label, tf=None, m=None, u=None):
    """A level by hand; m and u are fixed where given."""
    made = cll.CustomLevel(sql, label)
    if tf:
        made = made.configure(tf_adjustment_column=tf, disable_tf_exact_match_detection=True)
    if m:
        made = made.configure(m_probability=m, fix_m_probability=True)
    if u:
        made = made.configure(u_probability=u, fix_u_probability=True)
    return made


def missing(*columns):
    """Nothing to compare when each column lacks on one side at least."""
    sql = " AND ".join(f"({column}_l IS NULL OR {column}_r IS NULL)" for column in columns)
    return cll.CustomLevel(sql, "nothing to compare").configure(is_null_level=True)


def otherwise(m=None):
    made = cll.ElseLevel()
    return made.configure(m_probability=m, fix_m_probability=True) if m else made


def exact(column):
    return cl.ExactMatch(column).configure(term_frequency_adjustments=True)


def compare(name, *levels):
    return cl.CustomComparison(output_column_name=name, comparison_levels=list(levels))


SWAPPED = "first_name_l = surname_r AND surname_l = first_name_r"


def first_names():
    initial = "first_name_l[1] = first_name_r[1] AND least(length(first_name_l), length(first_name_r)) = 1"
    return compare(
        "first_name", missing("first_name"), cll.ExactMatchLevel("first_name", term_frequency_adjustments=True),
        level(f"list_has_any(forms_l, forms_r) OR {initial}", "nickname or initial"),
        level(SWAPPED, "swapped with the surname", m=0.03, u=0.003),
        cll.JaroWinklerLevel("first_name", 0.92), cll.JaroWinklerLevel("first_name", 0.85), otherwise(m=NEVER))


def surnames():
    return compare(
        "surname", missing("surname"), cll.ExactMatchLevel("surname", term_frequency_adjustments=True),
        level(SWAPPED, "swapped with the first name", m=0.03, u=0.001),
        cll.JaroWinklerLevel("surname", 0.92), cll.JaroWinklerLevel("surname", 0.85), otherwise())


def addresses(records):
    """As cl.EmailComparison, but numbers count (anna1980@, anna1981@) and an address made of the name,
    which a namesake may well have too, tells little beside the name."""
    slip = "damerau_levenshtein(email_l, email_r) <= 1"
    made_of_name = "mail_of_name_l AND mail_of_name_r AND surname_l = surname_r"
    same_numbers = "mail_digits_l = mail_digits_r"
    return compare(
        "address", missing("email"), level("email_l = email_r", "same address", u=SHARED_ADDRESS / records),
        level(f"{made_of_name} AND (mail_local_l = mail_local_r OR {slip})", "made of the name", u=SAME_MADE_OF_NAME),
        level("mail_local_l = mail_local_r", "same local part", tf="mail_local").configure(u_probability=2e-6),
        level(f"{slip} AND {same_numbers}", "one slip").configure(u_probability=2e-6), otherwise())


def births():
    swapped = "month(dob_l) = day(dob_r) AND day(dob_l) = month(dob_r) AND year(dob_l) = year(dob_r)"
    slip = "damerau_levenshtein(dob_l::VARCHAR, dob_r::VARCHAR) <= 1 AND abs(year(dob_l) - year(dob_r)) < 18"
    return compare("dob", missing("dob"), cll.ExactMatchLevel("dob"),
                   level(f"{slip} OR {swapped}", "one slip or day and month swapped"), otherwise(m=NEVER))


def places():
    """Home, postcode and city in one comparison: a postcode lies in one city, they are not independent."""
    return compare(
        "place", missing("postcode", "city"), level("street_l = street_r AND postcode_l = postcode_r", "same home"),
        cll.ExactMatchLevel("postcode", term_frequency_adjustments=True),
        level("city_l = city_r AND (postcode_l IS NULL OR postcode_r IS NULL)", "same city, no postcode", tf="city"),
        level("city_l = city_r", "same city, other postcode", tf="city"), otherwise())


def generations():
    return compare("generation", missing("generation"), level("generation_l = generation_r", "same", m=0.99, u=0.5),
                   otherwise(m=NEVER).configure(u_probability=0.5, fix_u_probability=True))


def comparisons(records):
    return [addresses(records), first_names(), surnames(), births(), exact("phone"), places(), exact("company"),
            generations()]


def textbook():
    return [
        cl.EmailComparison("email"),
        cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="full_name"),
        cl.DateOfBirthComparison("dob", input_is_string=False),
        *map(exact, ("phone", "postcode", "city", "street", "company")),
    ]


def read_nicknames(con, path):
    """Groups of forms of one name, a line `- [robert, rob, bob]` each."""
    groups = re.findall(r"^\s*- \[(.+?)\]", path.read_text(encoding="utf-8"), re.M) if path else []
    con.execute("CREATE TABLE nicknames (name VARCHAR, form INTEGER)")
    rows = [(name.strip(), number) for number, group in enumerate(groups) for name in group.split(",")]
    if rows:
        con.executemany("INSERT INTO nicknames VALUES (?, ?)", rows)


def prepare(con, path, nicknames, clean=True):
    """The table Splink works on: boxes of offices emptied, a masked address kept only where it comes twice."""
    read_people(con, path)
    read_nicknames(con, nicknames)
    masked = "regexp_matches(mail_domain, '(^|\\.)(privaterelay\\.appleid|mozmail|duck|simplelogin)\\.')"
    for column in ("email", "phone"):
        con.execute(f"""CREATE TABLE box_{column} AS SELECT {column} FROM people WHERE {column} IS NOT NULL
            GROUP BY 1 HAVING count(DISTINCT first_name || surname) > {BOX if clean else 1_000_000_000}""")
    con.execute(f"""
        CREATE TABLE profiles AS
        WITH emptied AS (
            SELECT * REPLACE (
                CASE WHEN {masked} AND count(*) OVER (PARTITION BY email) = 1 OR email IN (FROM box_email)
                     THEN NULL ELSE email END AS email,
                CASE WHEN phone NOT IN (FROM box_phone) THEN phone END AS phone,
                CASE WHEN NOT {masked} AND email NOT IN (FROM box_email) AND length(mail_local) > 3
                     THEN mail_local END AS mail_local)
            FROM people)
        SELECT emptied.*, forms, regexp_replace(mail_local, '[^0-9]', '', 'g') AS mail_digits,
            contains(umlauts(regexp_replace(mail_local, '[^a-z0-9]', '', 'g')), replace(surname, ' ', ''))
                AND NOT regexp_matches(mail_local, '[0-9]') AS mail_of_name
        FROM emptied LEFT JOIN (SELECT umlauts(name) AS name, list(form) AS forms FROM nicknames GROUP BY 1)
            ON name = first_name""")
    return one(con, "SELECT count(*) FROM profiles")[0]


def train(linker, random_pairs):
    training = linker.training
    training.estimate_probability_two_random_records_match(SURE, recall=SURE_RECALL)
    training.estimate_u_using_random_sampling(max_pairs=random_pairs, seed=1, min_count_per_level=None)
    for block in TRAINING:
        training.estimate_parameters_using_expectation_maximisation(block, max_pairs=2e6)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=Path)
    parser.add_argument("--pairs", type=Path, required=True, help="write the found pairs here: id_l,id_r,probability")
    parser.add_argument("--clusters", type=Path, help="write the clusters here: id,cluster")
    parser.add_argument("--threshold", type=float, default=0.95)
    parser.add_argument("--nicknames", type=Path, help="file with lines of forms of one name")
    parser.add_argument("--textbook", action="store_true", help="ready-made comparisons and no cleaning of boxes")
    parser.add_argument("--random-pairs", type=float, default=1e6, help="random pairs to estimate u from")
    parser.add_argument("--memory", default="16GB", help="memory limit of DuckDB")
    args = parser.parse_args()
    parts_of = outputs(args.people, args.pairs, args.clusters)
    with Meter() as whole, parts_of as parts, tempfile.TemporaryDirectory() as spill:
        con = duckdb.connect(config={"memory_limit": args.memory, "temp_directory": spill})
        with Meter() as reading:
            records = prepare(con, args.people, args.nicknames, clean=not args.textbook)
        settings = SettingsCreator(
            link_type="dedupe_only", comparisons=textbook() if args.textbook else comparisons(records),
            blocking_rules_to_generate_predictions=BLOCKS, retain_matching_columns=False)
        linker = Linker(DuckDBAPI(con).register("profiles"), settings, log_level=logging.ERROR)
        with Meter() as training:
            train(linker, args.random_pairs)
        with Meter() as predicting:
            scored = linker.inference.predict(threshold_match_probability=args.threshold, warning_mode="never")
        with Meter() as clustering:
            clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, args.threshold)
        con.sql("SELECT unique_id_l AS id_l, unique_id_r AS id_r, match_probability AS probability"
                f" FROM {scored.physical_name}").write_csv(str(parts[args.pairs]))
        if args.clusters:
            con.sql(f"SELECT unique_id AS id, cluster_id AS cluster FROM {clusters.physical_name}").write_csv(
                str(parts[args.clusters]))
        con.close()
    steps = {"read": reading, "train": training, "predict": predicting, "cluster": clustering, "in all": whole}
    for name, meter in steps.items():
        print(f"{name:8} {meter}")


if __name__ == "__main__":
    main()
