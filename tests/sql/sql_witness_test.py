"""Trial balance, statistics and reconciliation, recomputed in SQL from the dumped journal.

Aim: somebody who has nothing but `fiscus log dump --json` gets, with DuckDB, the same figures as
fiscus, row for row: no row too few, none too many. Method: the standard load, a month of prize
invoices, two disorderly programmes (random_month.py) and one of instant draws (random_draws.py)
run through the program; the .sql files beside this one make of the journal's entries a table
expected_X and of what was published a table found_X, and the two must be equal. In the end one
entry after another is altered, and the comparison must notice.

FISCUS_PROGRAM     the built program
FISCUS_SEED        another month; 1 if not given
FISCUS_SQL_EVENTS  records of the standard load, 10000 or more; 40000 if not given
FISCUS_SQL_KEEP    empty folder where everything stays to be looked at; else a temporary one
"""

import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import duckdb

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "wire"))

import harness  # noqa: E402
import random_draws  # noqa: E402
import random_month  # noqa: E402

INVOICE_PROGRAMME = 1
INVOICE_EVENTS = 6000  # about
STANDARD_PROGRAMMES = (2, 3)
RANDOM_PROGRAMMES = {8: False, 9: True}  # number: is it closed in the end
RANDOM_EVENTS = 2500
DRAW_PROGRAMME = 10
DRAW_REQUESTS = 600
TOPICS = ("events", "journal", "outcomes", "refusals", "statistics", "statistics-history", "reconciliation")
DETAILS = ("ProgrammeOpened", "PlatformAdmitted", "SourceRegistered", "BatchOpened",
           "PrizeBatchOpened", "SourceDayClosed", "ClockAdvanced")
LOADED = ("journal.sql", "published.sql")
COMPUTED = ("balances.sql", "cuts.sql", "counted.sql", "statistics.sql", "revisions.sql",
            "fund_ledger.sql", "batch_summaries.sql", "prizes.sql", "draws.sql", "outcomes.sql",
            "refusals.sql", "reconciliation.sql", "ranges.sql", "entries.sql", "latest.sql")
# What is compared, and by which columns a row is found.
CHECKS = {
    "trial_balance": "of, programme, account, batch, key",
    "overdrafts": "sequence, account",
    "fund_position": "programme, item",
    "statistics": "programme, day, revision, cell",
    "changes": "programme, day, revision, cell, measure",
    "late_entries": "programme, day, revision, part",
    "gaps": "programme, day, revision, source",
    "days": "programme, day, revision",
    "fund_ledger": "programme, day, revision, batch",
    "batch_summaries": "programme, batch, revision",
    "batch_summary_districts": "programme, batch, revision, district",
    "batch_summary_changes": "programme, batch, revision, district, measure",
    "prizes": "programme, day, revision, batch, tier",
    "draws": "programme, day, revision, platform, hour",
    "unexplained": "sequence, place",
    "outcomes": "partition, sequence, row_type",
    "refusals": "partition, sequence",
    "refusal_counts": "programme, day, revision, reason_number",
    "reconciliation": "programme, day, revision, platform, batch, figure",
    "refund_shares": "programme, sequence",
    "refund_entries": "programme, sequence",
    "ranges": "programme, first_day, last_day, grouping, batch, pack, platform, prefecture, "
              "district, category, industry, size_class, channel",
    "dimensions": "programme, sequence",
    "numbers": "programme, who, token",
    "names": "programme, what, code, inner_code",
    "latest": "topic_key",
    "row_numbers": "topic, partition, offset",
    "row_types": "topic, row_type",
}
# Only of what is wrong.
MAY_BE_EMPTY = ("overdrafts", "unexplained")
DIFFERENCES_SHOWN = 5


def run_fiscus(folder, seed, events):
    """Everything through the program; what it says ends up as JSON lines in the folder."""
    log, state = folder / "log", folder / "state"
    harness.program("generate", "--events", str(events), "--seed", str(seed), "--programmes",
                    str(len(STANDARD_PROGRAMMES)), "--first-programme",
                    str(STANDARD_PROGRAMMES[0]), "--partitions", "2", "--log", log)
    harness.program("generate", "--programme", "invoices", "--events", str(INVOICE_EVENTS),
                    "--seed", str(seed), "--log", log)
    for programme, closes in RANDOM_PROGRAMMES.items():
        month = random_month.RandomMonth(seed, programme, RANDOM_EVENTS, closes)
        path = folder / f"month{programme}.jsonl"
        write_lines(path, month.lines)
        harness.program("publish", path, "--backdate", "--log", log)
    draws = random_draws.RandomDraws(seed, DRAW_PROGRAMME, DRAW_REQUESTS)
    write_lines(folder / "draws.jsonl", draws.lines)
    harness.program("publish", folder / "draws.jsonl", "--backdate", "--log", log)
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / draws.key_file).write_text(draws.last_key, encoding="ascii")
    (secrets / draws.key_file).chmod(0o400)
    harness.program("run", "--until-end", "--log", log, "--state", state, "--secrets", secrets)
    for topic in TOPICS:
        with open(folder / f"{topic}.jsonl", "wb") as out:
            subprocess.run([os.environ["FISCUS_PROGRAM"], "log", "dump", "--topic", topic,
                            "--json", "--log", log], stdout=out, check=True)
    write_details(folder)
    print_balances(folder, state)
    print_ranges(folder, state, random.Random(seed))


def write_lines(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_details(folder):
    """The events that entries carry, from their bytes to JSON by flatc."""
    entries = {}
    binaries = folder / "details"
    binaries.mkdir()
    with open(folder / "journal.jsonl", encoding="utf-8") as lines:
        for line in lines:
            if '"detail_hex"' not in line:
                continue
            entry = json.loads(line)
            if entry["outcome"] == "accepted" and entry["kind"] in DETAILS:
                name = f"{entry['partition']}_{entry['sequence']}"
                entries[name] = entry
                (binaries / f"{name}.event").write_bytes(bytes.fromhex(entry["detail_hex"]))
    subprocess.run(
        ["flatc", "--json", "--strict-json", "--defaults-json", "-o", binaries,
         ROOT / "schemas" / "events.fbs", "--", *sorted(binaries.glob("*.event"))], check=True)
    write_lines(folder / "details.jsonl", [
        {"partition": entry["partition"], "sequence": entry["sequence"],
         "programme": entry["programme"], "kind": entry["kind"],
         "body": json.loads((binaries / f"{name}.json").read_text(encoding="utf-8"))["body"]}
        for name, entry in entries.items()])


def programmes():
    return [INVOICE_PROGRAMME, *STANDARD_PROGRAMMES, *RANDOM_PROGRAMMES, DRAW_PROGRAMME]


def print_balances(folder, state):
    rows = []
    for of, options in (("statistics", ()), ("engine", ("--engine",))):
        text = harness.program("trial-balance", "--state", state, "--json", *options)
        for row in json.loads(text):
            rows.append({"of": of, "programme": row["programme"], "account": row["account"],
                         "batch": row["batch"], "key": row["key"], "balance": row["balance"]})
    write_lines(folder / "printed_balances.jsonl", rows)
    write_lines(folder / "printed_position.jsonl", [
        {"programme": programme, "item": row["item"], "amount": row["amount"]}
        for programme in programmes()
        for row in json.loads(harness.program("fund-position", "--state", state, "--programme",
                                              str(programme), "--json"))])


def groupings():
    """The grouping sets of docs/definitions.md."""
    text = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    section = text.split("## Grouping sets")[1].split("\n## ")[0]
    return re.findall(r"(?m)^\| `([a-z_]+)` \|", section)


def print_ranges(folder, state, chance):
    asked, printed = [], []
    for programme in programmes():
        month, last = ("2026-05", 16) if programme in (*RANDOM_PROGRAMMES, DRAW_PROGRAMME) \
            else ("2026-03", 31)
        first = chance.randint(1, last)
        for one, other in sorted({(first, chance.randint(first, last)), (first, first), (1, last)}):
            days = {"first_day": f"{month}-{one:02}", "last_day": f"{month}-{other:02}"}
            asked.append({"programme": programme, **days})
            text = harness.program(
                "statistics", "--state", state, "--programme", str(programme), "--date",
                days["first_day"], "--until", days["last_day"], "--by", ",".join(groupings()),
                "--json")
            printed.extend({**days, **row} for row in json.loads(text))
    write_lines(folder / "asked_ranges.jsonl", asked)
    write_lines(folder / "printed_ranges.jsonl", printed)


def execute(database, name):
    """All statements of a file; an error names it."""
    try:
        database.execute((HERE / name).read_text(encoding="utf-8"))
    except duckdb.Error as error:
        raise RuntimeError(f"{name}: {error}") from error


def columns_of(database, table):
    return [row[0] for row in database.execute(f"DESCRIBE {table}").fetchall()]


def compare(database, name):
    """The number of rows, and the first differences as text."""
    expected, found = f"expected_{name}", f"found_{name}"
    keys = [key.strip() for key in CHECKS[name].split(",")]
    columns = columns_of(database, expected)
    if sorted(columns) != sorted(columns_of(database, found)):
        raise RuntimeError(f"{expected} and {found} have different columns")
    values = [column for column in columns if column not in keys]
    same_key = " AND ".join(f'e."{key}" IS NOT DISTINCT FROM f."{key}"' for key in keys)
    differs = " OR ".join(f'e."{value}" IS DISTINCT FROM f."{value}"' for value in values)
    pairs = ", ".join(f'e."{column}", f."{column}"' for column in columns)
    # `here` and `there` say on which side the row is: a full join leaves the other one null.
    rows = database.execute(
        f"SELECT e.here, f.there, {pairs} "
        f"FROM (SELECT true AS here, * FROM {expected}) AS e "
        f"FULL JOIN (SELECT true AS there, * FROM {found}) AS f ON {same_key} "
        f"WHERE e.here IS NULL OR f.there IS NULL OR {differs or 'false'} "
        f"ORDER BY ALL LIMIT {DIFFERENCES_SHOWN}").fetchall()
    differences = [describe(row, keys, columns) for row in rows]
    count = database.execute(f"SELECT count(*) FROM {expected}").fetchone()[0]
    listed = ", ".join(f'"{key}"' for key in keys)
    for table in (expected, found):
        for twice in database.execute(
                f"SELECT {listed} FROM {table} GROUP BY ALL HAVING count(*) > 1 "
                f"LIMIT {DIFFERENCES_SHOWN}").fetchall():
            differences.append(f"{text_of(keys, twice)}: more than one row in {table}")
    return count, differences


def text_of(keys, values):
    return ", ".join(f"{key} {value}" for key, value in zip(keys, values) if value is not None)


def describe(row, keys, columns):
    here, there, *values = row
    of = dict(zip(columns, zip(values[::2], values[1::2])))
    place = text_of(keys, [of[key][1] if here is None else of[key][0] for key in keys])
    if here is None:
        return f"{place}: no such row by SQL, but fiscus says {({c: of[c][1] for c in columns})}"
    if there is None:
        return f"{place}: fiscus has no such row; by SQL {({c: of[c][0] for c in columns})}"
    return f"{place}: " + ", ".join(
        f"{column} expected {one}, found {other}"
        for column, (one, other) in of.items() if one != other)


def compare_all(database):
    """The first differences of every check, as text; all of them in numbers to stdout."""
    trouble = []
    for name in CHECKS:
        count, differences = compare(database, name)
        print(f"{name:24} {count:>9,} rows {'differ' if differences else 'equal'}")
        trouble += [f"{name}: {difference}" for difference in differences]
        if count == 0 and name not in MAY_BE_EMPTY:
            trouble.append(f"{name}: there is nothing to compare")
    return trouble


def check_definitions(database):
    """A measure that docs/definitions.md has and the SQL has not is a hole in the witness."""
    text = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    section = text.split("## Measures")[1].split("\n## ")[0]
    measures = set(re.findall(r"(?m)^\| `([a-z_]+)` \|", section))
    missing = measures - set(columns_of(database, "expected_statistics"))
    unknown = {row[0] for row in database.execute(
        "SELECT DISTINCT grouping FROM cells").fetchall()} ^ set(groupings())
    return [f"{name}: not recomputed" for name in sorted(missing | unknown)]


# What is altered in an entry, which entries will do, and the checks that must notice.
REPORTED = (" AND EXISTS (FROM main.revisions WHERE revisions.programme = journal.programme"
            " AND day = business_day AND sequence <= as_of)")
CLAIM = "kind = 'VoucherClaimed' AND outcome = 'accepted'" + REPORTED
REDEMPTION = "kind = 'VoucherRedeemed' AND outcome = 'accepted'" + REPORTED
ALTERATIONS = {
    "a redemption is missing": (
        "DELETE FROM journal", REDEMPTION, ("trial_balance", "statistics", "fund_ledger")),
    "a posting is one fen larger": (
        "UPDATE journal SET postings = list_transform(postings, lambda p: "
        "struct_update(p, amount_fen := p.amount_fen + 1))", CLAIM,
        ("trial_balance", "fund_ledger")),
    "a redemption lies in another district": (
        "UPDATE journal SET district = 420303", REDEMPTION, ("statistics", "dimensions")),
    "a claim is another consumer's": (
        "UPDATE journal SET consumer_ordinal = 999999", CLAIM +
        " AND EXISTS (FROM journal AS earlier WHERE earlier.kind = 'VoucherClaimed'"
        " AND earlier.outcome = 'accepted' AND earlier.sequence < journal.sequence"
        " AND earlier.business_day = journal.business_day"
        " AND earlier.consumer_ordinal = journal.consumer_ordinal)", ("statistics", "numbers")),
    "a claim of a batch that ended is another consumer's": (
        "UPDATE journal SET consumer_ordinal = 999999", CLAIM +
        " AND EXISTS (FROM main.summary_revisions AS told"
        " WHERE told.programme = journal.programme AND told.batch = journal.batch"
        " AND sequence <= as_of AND business_day <= day"
        " AND EXISTS (FROM journal AS other WHERE other.kind = 'VoucherClaimed'"
        " AND other.outcome = 'accepted' AND other.batch = journal.batch"
        " AND other.sequence <= as_of AND other.business_day <= day"
        " AND other.business_day <> journal.business_day"
        " AND other.consumer_ordinal = journal.consumer_ordinal))",
        ("batch_summaries",)),
    "a refund is one fen short of the order": (
        "UPDATE journal SET order_amount_fen = order_amount_fen - 1",
        "kind = 'RedemptionRefunded' AND outcome = 'accepted' AND full_refund" + REPORTED,
        ("statistics", "refund_entries")),
    "a refused claim is missing": (
        "DELETE FROM journal", "kind = 'VoucherClaimed' AND outcome = 'refused'", ("refusals",)),
    "a cut is missing": (
        "DELETE FROM details",
        "kind = 'ClockAdvanced' AND EXISTS (FROM main.revisions WHERE as_of = sequence"
        " AND revisions.programme = journal.programme)", ("statistics", "days")),
}
INVOICE_ALTERATIONS = {
    "a submission is another consumer's": (
        "UPDATE journal SET consumer_ordinal = 999999",
        "kind = 'InvoiceSubmitted' AND outcome = 'accepted'" + REPORTED +
        " AND EXISTS (FROM journal AS earlier WHERE earlier.kind = 'InvoiceSubmitted'"
        " AND earlier.outcome = 'accepted' AND earlier.sequence < journal.sequence"
        " AND earlier.business_day = journal.business_day"
        " AND earlier.consumer_ordinal = journal.consumer_ordinal)", ("statistics",)),
    "a verification is missing": (
        "DELETE FROM journal", "kind = 'InvoiceVerified' AND outcome = 'accepted'" + REPORTED,
        ("statistics",)),
    "a prize paid is one fen larger": (
        "UPDATE journal SET amount_fen = amount_fen + 1, postings = list_transform(postings, "
        "lambda p: struct_update(p, amount_fen := p.amount_fen + 1))",
        "kind = 'PrizePaid' AND outcome = 'accepted'" + REPORTED,
        ("trial_balance", "fund_ledger", "statistics", "prizes")),
    "a prize of another tier is paid": (
        "UPDATE journal SET postings = list_transform(postings, lambda p: struct_update(p, "
        "debit := struct_update(p.debit, key := p.debit.key % 5 + 1)))",
        "kind = 'PrizePaid' AND outcome = 'accepted'" + REPORTED, ("trial_balance", "prizes")),
    "a draw is missing": (
        "DELETE FROM journal", "kind = 'DrawExecuted' AND outcome = 'accepted'" + REPORTED,
        ("trial_balance", "statistics", "prizes")),
}
REQUEST = "kind = 'DrawRequested' AND outcome = 'accepted'" + REPORTED
DRAW_ALTERATIONS = {
    "a win is lost": (
        "UPDATE journal SET vouchers = 1", REQUEST + " AND vouchers = 2",
        ("statistics", "draws", "reconciliation", "outcomes")),
    "a loss is without stock": (
        "UPDATE journal SET vouchers = 5", REQUEST + " AND vouchers = 1", ("statistics", "draws")),
    "a request came an hour later": (
        "UPDATE journal SET occurred_at_us = occurred_at_us + 3600000000", REQUEST, ("draws",)),
    "a request is another consumer's": (
        "UPDATE journal SET consumer_ordinal = 999999", REQUEST +
        " AND EXISTS (FROM journal AS earlier WHERE earlier.kind = 'DrawRequested'"
        " AND earlier.outcome = 'accepted' AND earlier.sequence < journal.sequence"
        " AND earlier.business_day = journal.business_day"
        " AND earlier.consumer_ordinal = journal.consumer_ordinal)", ("statistics", "numbers")),
}


def narrow(database, programme):
    """A schema `altered` with a copy of what belongs to one programme; sums have none."""
    database.execute("DROP SCHEMA IF EXISTS altered CASCADE; CREATE SCHEMA altered")
    for (table,) in database.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'loaded'").fetchall():
        where = ""
        if "programme" in columns_of(database, f"loaded.{table}"):
            where = f"WHERE coalesce(CAST(programme AS VARCHAR), '{programme}') = '{programme}'"
        database.execute(f"CREATE TABLE altered.{table} AS FROM loaded.{table} {where}")
    database.execute("SET search_path = 'altered'")


def check_alterations(database, programme, alterations, chance):
    """What was not noticed, or noticed where nothing was altered."""
    trouble = []
    checks = [name for name in CHECKS if name != "row_numbers"]
    for what, (change, which, checks_that_must) in {"nothing": (None, None, ()),
                                                    **alterations}.items():
        narrow(database, programme)
        if change is not None:
            sequences = database.execute(
                f"SELECT sequence FROM journal WHERE {which} ORDER BY sequence").fetchall()
            (one,) = chance.choice(sequences)
            database.execute(f"{change} WHERE sequence = {one}")
            what = f"{what} (entry {one} of programme {programme})"
        for name in COMPUTED:
            execute(database, name)
        noticed = [name for name in checks if compare(database, name)[1]]
        print(f"altered: {what}: noticed by {', '.join(noticed) or 'none'}")
        missed = sorted(set(checks_that_must) - set(noticed))
        if missed or (change is None and noticed):
            trouble.append(f"{what}: not noticed by {', '.join(missed)}" if missed
                           else f"{what} was altered, and {', '.join(noticed)} differ")
    return trouble


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    environment = os.environ.get
    parser.add_argument("--seed", type=int, default=environment("FISCUS_SEED", "1"))
    parser.add_argument("--events", type=int, default=environment("FISCUS_SQL_EVENTS", "40000"))
    parser.add_argument("--keep", type=pathlib.Path, default=environment("FISCUS_SQL_KEEP"))
    return parser.parse_args()


def main():
    asked = arguments()
    print(f"seed {asked.seed}, {asked.events:,} events of the standard load "
          f"(FISCUS_SEED={asked.seed} FISCUS_SQL_EVENTS={asked.events} once more)", flush=True)
    with tempfile.TemporaryDirectory(prefix="fiscus-sql-") as temporary:
        folder = asked.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        run_fiscus(folder, asked.seed, asked.events)
        database = duckdb.connect()
        database.execute("SET VARIABLE folder = $1", [str(folder)])
        database.execute("SET VARIABLE root = $1", [str(ROOT)])
        database.execute("CREATE SCHEMA loaded; SET search_path = 'loaded'")
        for name in LOADED:
            execute(database, name)
        database.execute("SET search_path = 'main,loaded'")
        for name in COMPUTED:
            execute(database, name)
        trouble = check_definitions(database) + compare_all(database)
        (entries,) = database.execute("SELECT count(*) FROM journal").fetchone()
        with open(folder / "events.jsonl", encoding="utf-8") as lines:
            records = sum(1 for _ in lines)
        if entries != records or records < asked.events + INVOICE_EVENTS:
            trouble.append(f"{records:,} records went in, the journal has {entries:,} entries")
        chance = random.Random(asked.seed)
        trouble += check_alterations(database, min(RANDOM_PROGRAMMES), ALTERATIONS, chance)
        trouble += check_alterations(database, INVOICE_PROGRAMME, INVOICE_ALTERATIONS, chance)
        trouble += check_alterations(database, DRAW_PROGRAMME, DRAW_ALTERATIONS, chance)
    for line in trouble:
        print(f"differs: {line}")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
