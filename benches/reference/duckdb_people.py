"""The duplicate rules one would write by hand in DuckDB SQL, and their time.

Reads a file of people, normalises it in SQL and joins it with itself by address, by name and phone
and by name and postcode. Counts groups and pairs per rule; says how long reading and each rule took.
Columns are known by their headers; those that are not read are named on standard error.

    python duckdb_people.py people.csv --repeat 3
    python duckdb_people.py people.csv --self-join           # only the join on the normalised address
    python duckdb_people.py people.csv --pairs found.csv     # also writes what the rules found, for score.py

splink_people.py uses `read_people` too, so that both start from the same clean table.
"""

import argparse
import contextlib
import os
import re
import sys
import threading
import time
from pathlib import Path

import duckdb

# The columns we know, by the headers they come under, in small letters and with spaces only; the first counts.
HEADERS = {
    "unique_id": ("id", "record id", "contact id", "customer id", "unique id"),
    "email": ("email", "e mail", "email address", "e mail address", "mail"),
    "first_name": ("first name", "firstname", "given name", "forename"),
    "surname": ("last name", "lastname", "surname", "family name"),
    "whole_name": ("full name", "fullname", "whole name", "contact name", "name"),
    "phone": ("phone", "mobile", "phone number", "telephone", "mobile phone", "cell"),
    "dob": ("birth date", "date of birth", "birthdate", "birthday", "dob"),
    "street": ("street", "street address", "address"),
    "postcode": ("postcode", "zip", "postal code", "zip code", "post code", "zip postal code"),
    "city": ("city", "town"),
    "company": ("company", "organization", "organisation", "company name"),
}
DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y%m%d", "%d %b %Y", "%b %d, %Y")
TITLES = "dr|dra|doctor|prof|professor|mr|mrs|ms|miss|sir|herr|frau|hr|fr|sr|sra|mme|mlle|rev|dipl ing|ing|mag"
SUFFIXES = "jr|sr|junior|senior|jun|sen|ii|iii|iv|phd|md|mba|esq"
JUNK = "'test','none','na','n a','n/a','unknown','anonymous','guest','null','xxx','asdf','nobody'"
NOBODY = "^(no[._-]?e?mail|(do[._-]?)?not?[._-]?reply|x+)$"

# Macros take each argument once: DuckDB writes the argument out wherever it stands.
MACROS = f"""
CREATE MACRO words(x) AS nullif(trim(regexp_replace(
    strip_accents(translate(replace(lower(x), 'ß', 'ss'), 'ıłøđ''’', 'ilod')), '[^\\pL\\pN]+', ' ', 'g')), '');
CREATE MACRO bare_name(x) AS regexp_replace(regexp_replace(
    words(x), '^(({TITLES}) )+', ''), '( ({SUFFIXES}))+$', '');
-- A whole name without what stands in brackets, the comma before Jr and the second half of a first name (Jean-Luc).
CREATE MACRO tidy(x) AS regexp_replace(regexp_replace(regexp_replace(x, '\\(.*?\\)', ' ', 'g'),
    '(?i),\\s*(({SUFFIXES})\\.?)\\s*$', ' \\1'), '(?i)^(\\s*(?:(?:{TITLES})\\.?\\s+)*\\pL+)-\\pL+(\\s[^,]*)$', '\\1\\2');
CREATE MACRO no_initials(x) AS trim(regexp_replace(' ' || x || ' ', '( \\pL)+ ', ' ', 'g'));
CREATE MACRO umlauts(x) AS regexp_replace(x, '([aou])e', '\\1', 'g');
CREATE MACRO generation(x) AS CASE regexp_extract(words(x), ' (jr|junior|jun|ii|sr|senior|sen)( |$)', 1)
    WHEN 'sr' THEN 'sr' WHEN 'senior' THEN 'sr' WHEN 'sen' THEN 'sr'
    WHEN 'jr' THEN 'jr' WHEN 'junior' THEN 'jr' WHEN 'jun' THEN 'jr' WHEN 'ii' THEN 'jr' END;
CREATE MACRO mail_domain(x) AS regexp_replace(regexp_replace(regexp_replace(
    x, '^googlemail\\.', 'gmail.'), '^(me|mac)\\.', 'icloud.'), '^(protonmail|pm)\\.', 'proton.');
CREATE MACRO digits(x) AS right(ltrim(regexp_replace(regexp_replace(regexp_replace(lower(x),
    '(ext|x|#).*$', ''), '\\(0\\)', ''), '[^0-9]', '', 'g'), '0'), 10);
CREATE MACRO postcode(x) AS nullif(regexp_replace(regexp_replace(upper(x),
    '^\\s*(\\d{{5}})-\\d{{4}}\\s*$', '\\1'), '[^A-Z0-9]', '', 'g'), '');
"""
ADDRESS = f"""
    split AS (SELECT *, mail_domain(split_part(address, '@', 2)) AS mail_domain, split_part(address, '@', 1) AS box
              FROM clean),
    routed AS (SELECT * EXCLUDE (box), CASE
                   WHEN regexp_matches(mail_domain, '^(gmail|proton)\\.(com|me|example)$')
                   THEN replace(split_part(box, '+', 1), '.', '')
                   WHEN regexp_matches(mail_domain, '^(outlook|hotmail|live|icloud)\\.(com|example)$')
                   THEN split_part(box, '+', 1) ELSE box END AS box FROM split),
    addressed AS (SELECT * EXCLUDE (box, address), CASE
                      WHEN box IN ({JUNK}) OR regexp_matches(box, '{NOBODY}') OR mail_domain = '' THEN NULL
                      ELSE box END AS mail_local FROM routed)"""
# A phone of one digit only, or counting up, is none.
PHONE = "CASE WHEN length(phone) < 7 OR phone SIMILAR TO '12345678?9?0?' OR replace(phone, phone[1], '') = '' THEN NULL ELSE phone END"
BIRTH = "CASE WHEN dob IN (DATE '1900-01-01', DATE '1970-01-01') THEN NULL ELSE dob END"


def one(con, sql, values=()):
    """The only row of a result."""
    return con.execute(sql, list(values)).fetchall()[0]


class Meter:
    """Wall seconds, CPU seconds and peak memory of a stretch of work."""

    def __enter__(self):
        self.peak, self._done = 0, threading.Event()
        self._watch = threading.Thread(target=self._sample, daemon=True)
        self._watch.start()
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_):
        self.wall, self.cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        self._done.set()
        self._watch.join()

    def _sample(self):
        page = os.sysconf("SC_PAGE_SIZE")
        while True:
            resident = int(Path("/proc/self/statm").read_text().split()[1]) * page
            self.peak = max(self.peak, resident)
            if self._done.wait(0.02):
                return

    def __str__(self):
        return f"{self.wall:9.2f} s wall {self.cpu:9.2f} s CPU {self.peak / 2**20:9.0f} MiB peak"


@contextlib.contextmanager
def outputs(people, *paths):
    """Removes the old outputs and gives names to write the new ones under; they get their own names at the end,
    and only if nothing failed, so that no output is ever older than its run or cut short."""
    parts = {path: path.with_name(path.name + ".part") for path in paths if path}
    inputs = {people.with_suffix(end).resolve() for end in (people.suffix, ".pairs.csv", ".truth.csv")}
    for path in parts:
        if path.is_symlink() or path.exists() and not path.is_file() or path.resolve() in inputs:
            raise SystemExit(f"{path}: not written, this is the input, its labels or no plain file")
    if len(parts) < sum(path is not None for path in paths):
        raise SystemExit("not written: two outputs under one name")
    try:
        for path, part in parts.items():
            path.unlink(missing_ok=True)
            part.touch()
        if not people.is_file():
            raise SystemExit(f"{people}: no such file")
        yield parts
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def columns_of(con, path):
    """Which header of the file holds which of our columns; says which headers hold none."""
    found = [row[0] for row in con.execute(
        "DESCRIBE SELECT * FROM read_csv(?, header = true, all_varchar = true)", [str(path)]).fetchall()]
    by_name = {re.sub(r"[^a-z0-9]+", " ", name.lower()).strip(): name for name in found}
    columns = {ours: next(by_name[name] for name in names if name in by_name)
               for ours, names in HEADERS.items() if any(name in by_name for name in names)}
    if "unique_id" not in columns:
        raise SystemExit(f"{path}: no id column in the header {found}")
    if "first_name" in columns or "surname" in columns:
        columns.pop("whole_name", None)
    unread = [name for name in found if name not in columns.values()]
    if unread:
        print(f"{path}: columns not read: {', '.join(unread)}", file=sys.stderr)
    return columns


def date_formats(con, path, column):
    """All notations we read, the one that reads most of the file first (03/04/2001 fits two)."""
    counts = ", ".join(f"count(try_strptime(v, '{f}'))" for f in DATE_FORMATS)
    cells = f'SELECT trim("{column}") AS v FROM read_csv(?, header = true, all_varchar = true)'
    row = one(con, f"SELECT {counts} FROM ({cells})", [str(path)])
    return [f for _, f in sorted(zip(row, DATE_FORMATS), key=lambda pair: -pair[0])]


def read_people(con, path, only_address=False):
    """Makes the table `people` with clean columns; what a cell does not tell is NULL."""
    con.execute(MACROS)
    columns = columns_of(con, path)
    raw = {ours: f'"{columns[ours]}"' if ours in columns else "NULL::VARCHAR" for ours in HEADERS}
    selected = [f"{raw['unique_id']} AS unique_id", f"nullif(trim(lower({raw['email']})), '') AS address"]
    stages, tail = "", "SELECT *, mail_local || '@' || mail_domain AS email FROM addressed"
    if not only_address:
        dates = "NULL::DATE"
        if "dob" in columns:
            dates = f"try_strptime(trim({raw['dob']}), {date_formats(con, path, columns['dob'])})::DATE"
        whole = f"tidy({raw['whole_name']})"
        names = [raw["first_name"], raw["surname"]]
        if "whole_name" in columns:  # "Weber, Anna" is told apart here, "Anna Weber" below
            names = [f"split_part({whole}, ',', 2)", f"split_part({whole}, ',', 1)"]
        selected += [
            f"umlauts(bare_name({names[0]})) AS first_words", f"umlauts(bare_name({names[1]})) AS last_words",
            f"generation({whole if 'whole_name' in columns else raw['surname']}) AS generation",
            f"digits({raw['phone']}) AS phone", f"{dates} AS dob", f"words({raw['street']}) AS street",
            f"words({raw['city']}) AS city", f"words({raw['company']}) AS company",
            f"postcode({raw['postcode']}) AS postcode"]
        first, last = "split_part(first_words, ' ', 1)", "last_words"
        if "whole_name" in columns:
            turned = "(first_words <> '' OR NOT contains(last_words, ' '))"
            first = f"CASE WHEN {turned} THEN {first} ELSE split_part(last_words, ' ', 1) END"
            last = f"CASE WHEN {turned} THEN last_words ELSE regexp_replace(last_words, '^[^ ]+ ', '') END"
            last = f"coalesce(nullif(no_initials({last}), ''), {last})"
        stages = f""",
            named AS (SELECT * EXCLUDE (first_words, last_words) REPLACE ({PHONE} AS phone, {BIRTH} AS dob),
                             {first} AS first, {last} AS last FROM addressed),
            told AS (SELECT * EXCLUDE (first, last), CASE WHEN first NOT IN ({JUNK}, '') THEN first END AS first_name,
                            CASE WHEN last NOT IN ({JUNK}, '') THEN last END AS surname FROM named)"""
        tail = "SELECT *, mail_local || '@' || mail_domain AS email, first_name || ' ' || surname AS full_name FROM told"
    con.execute(f"""
        CREATE TABLE people AS
        WITH clean AS (SELECT {', '.join(selected)} FROM read_csv(?, header = true, all_varchar = true)),
        {ADDRESS}{stages} {tail}""", [str(path)])
    if not only_address and "whole_name" in columns:
        # A name of one word stands as the surname so far; it is a first name where the file mostly has it as one.
        con.execute("""
            UPDATE people SET first_name = surname, surname = NULL WHERE first_name IS NULL AND surname IN (
                SELECT name FROM (SELECT first_name AS name, 1 AS vote FROM people WHERE first_name IS NOT NULL
                                  UNION ALL SELECT surname, -1 FROM people WHERE first_name IS NOT NULL)
                GROUP BY name HAVING sum(vote) > 0)""")


RULES = {
    "address": ("email",),
    "name and phone": ("full_name", "phone"),
    "name and postcode": ("full_name", "postcode"),
}


def run(path, rules, pairs):
    """One fresh run; prints a line per step."""
    with Meter() as whole:
        con = duckdb.connect()
        with Meter() as reading:
            read_people(con, path, only_address=list(rules) == ["address"])
        print(f"{'read and normalise':20}{'':>24} {reading}")
        for name, keys in rules.items():
            equal = " AND ".join(f"l.{key} = r.{key}" for key in keys)
            given = " AND ".join(f"{key} IS NOT NULL" for key in keys)
            with Meter() as rule:
                [found] = one(
                    con, f"SELECT count(*) FROM people l JOIN people r ON {equal} AND l.unique_id < r.unique_id")
                [groups] = one(
                    con, f"SELECT count(*) FROM (SELECT 1 FROM people WHERE {given} GROUP BY {', '.join(keys)}"
                    " HAVING count(*) > 1)")
            print(f"{name:20}{groups:>9} groups {found:>7} pairs".ljust(44), rule)
        if pairs:
            union = " UNION ".join(
                f"SELECT l.unique_id AS id_l, r.unique_id AS id_r FROM people l JOIN people r ON l.unique_id < r.unique_id AND "
                + " AND ".join(f"l.{key} = r.{key}" for key in keys) for keys in rules.values())
            con.sql(union).write_csv(str(pairs))
        con.close()
    print(f"{'in all':44} {whole}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=Path)
    parser.add_argument("--repeat", type=int, default=1, help="fresh runs, the whole of each is timed")
    parser.add_argument("--self-join", action="store_true", help="only the join on the normalised address")
    parser.add_argument("--pairs", type=Path, help="write the pairs the rules found here")
    args = parser.parse_args()
    rules = {"address": RULES["address"]} if args.self_join else RULES
    with outputs(args.people, args.pairs) as parts:
        for turn in range(args.repeat):
            if args.repeat > 1:
                print(f"run {turn + 1}")
            run(args.people, rules, parts.get(args.pairs))


if __name__ == "__main__":
    main()
