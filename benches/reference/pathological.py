"""Makes a workspace with columns that no real export has out of a generated one, record by record.

    python pathological.py big odd --variant one-address
    python pathological.py --list

The files keep their columns and about their bytes; those that a variant does not touch are linked, not copied.
"""

import argparse
import csv
import os
import shutil
import sys
from pathlib import Path

WIDE = 10_000
CONTACTS, LEADS, PEOPLE, SHOP = "zoho.contacts", "zoho.leads", "customerio.people", "shopify.customers"
FILES = {CONTACTS: "zoho/Contacts*.csv", LEADS: "zoho/Leads*.csv", PEOPLE: "customerio/people.csv",
         SHOP: "shopify/*.csv"}
EMAIL = {CONTACTS: "Email", LEADS: "Email", PEOPLE: "email", SHOP: "Email"}
# Words that stand wrong in every record, by the label of their column: of no list, of another case, in another unit.
BAD = {
    CONTACTS: {
        "Lead Source": "Nowhere", "Phone": "+4930555", "Mailing Country": "Atlantis", "Date of Birth": "3/4/1980",
        "Email Opt Out": "maybe", "Tag": "vip friend", "Lifecycle Stage": "ACTIVE ", "VIP Tier": "Glod",
        "Last Order Time": "2026-03-18T08:56:56+01:00", "Renewal Date": "12/11/2026", "Wholesale": "Y"},
    PEOPLE: {
        "unsubscribed": "stop", "phone": "+4930666", "country": "Atlantis", "lifecycle_stage": "Actve",
        "vip_tier": "GOLD", "acquisition_channel": "Nowhere", "last_order_at": "1773820616000",
        "subscription_renews_at": "2026-11-12", "birthday": "4/3/1980", "promo_journey": "Y",
        "tags": '["vip friend"]', "source_of_truth": "nobody", "total_spent": "much", "sales_owner": "Nobody"},
    LEADS: {"Lead Source": "nowhere", "Email Opt Out": "maybe", "Email": "no address"},
    SHOP: {"Email": "no address", "Accepts Email Marketing": "perhaps"},
}


def stage(label):
    """A value for every record, by its number."""
    columns = {CONTACTS: "Lifecycle Stage", PEOPLE: "lifecycle_stage"}

    def change(dataset, record, number):
        if dataset in columns:
            record[columns[dataset]] = label.format(number)
    return change


def one_name(dataset, record, _):
    names = {CONTACTS: {"First Name": "Anna", "Last Name": "Weber", "Contact Name": "Anna Weber", "Phone": "+493055501234"},
             LEADS: {"First Name": "Anna", "Last Name": "Weber", "Lead Name": "Anna Weber", "Phone": "+493055501234"},
             PEOPLE: {"first_name": "Anna", "phone": "+493055501234"},
             SHOP: {"First Name": "Anna", "Last Name": "Weber", "Phone": "+493055501234",
                    "Default Address Phone": "+493055501234"}}
    record.update(names[dataset])


def one_address(dataset, record, _):
    record[EMAIL[dataset]] = "anna.weber@example.com"


def one_domain(dataset, record, _):
    local, _, domain = record[EMAIL[dataset]].partition("@")
    if domain:
        record[EMAIL[dataset]] = local + "@example.com"


def all_bad(dataset, record, _):
    record.update(BAD[dataset])


VARIANTS = {
    "enum-far": stage("k{0:07}"),
    "enum-near": stage("Active {0:07}"),
    "one-name": one_name,
    "one-address": one_address,
    "one-domain": one_domain,
    "wide": None,
    "all-bad": all_bad,
}


def rewrite(source, target, dataset, change):
    with source.open(newline="", encoding="utf-8") as rows, target.open("w", newline="", encoding="utf-8") as out:
        reader = csv.reader(rows)
        writer = csv.writer(out, lineterminator="\n")
        header = next(reader)
        writer.writerow(header)
        for number, row in enumerate(reader):
            record = dict(zip(header, row))
            change(dataset, record, number)
            writer.writerow([record[label] for label in header if label in record] + row[len(header):])


def widen(source, target):
    """The first records with so many more columns, until the file is as long as it was."""
    room, added = source.stat().st_size, range(WIDE)
    with source.open(newline="", encoding="utf-8") as rows, target.open("w", newline="", encoding="utf-8") as out:
        reader = csv.reader(rows)
        writer = csv.writer(out, lineterminator="\n")
        header = next(reader)
        added = range(WIDE - len(header))
        writer.writerow(header + [f"Extra {at:05}" for at in added])
        for number, row in enumerate(reader):
            writer.writerow(row[:len(header)] + [str((number * 31 + at * 7) % 997) for at in added])
            if number % 16 == 0 and out.tell() >= room:
                return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, nargs="?")
    parser.add_argument("target", type=Path, nargs="?")
    parser.add_argument("--variant", choices=VARIANTS)
    parser.add_argument("--list", action="store_true", help="the names of the variants")
    args = parser.parse_args()
    if args.list:
        print("\n".join(VARIANTS))
        return
    if not (args.source and args.target and args.variant):
        parser.error("it takes a workspace, a folder to write to and --variant")
    csv.field_size_limit(sys.maxsize)
    datasets = {file: name for name, pattern in FILES.items() for file in args.source.glob(f"exports/{pattern}")}
    for file in sorted(args.source.glob("exports/*/*.csv")):
        target = args.target / file.relative_to(args.source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        dataset = datasets.get(file)
        if args.variant == "wide" and dataset in (CONTACTS, PEOPLE):
            widen(file, target)
        elif args.variant != "wide" and dataset:
            rewrite(file, target, dataset, VARIANTS[args.variant])
        else:
            link(file, target)
    for name in ("mapping.yaml", "crmlint.yaml", "crmlint.baseline.yaml"):
        if (args.source / name).exists():
            shutil.copy(args.source / name, args.target / name)


def link(file, target):
    try:
        os.link(file, target)
    except OSError:
        shutil.copy(file, target)


if __name__ == "__main__":
    main()
