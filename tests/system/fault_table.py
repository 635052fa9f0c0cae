"""docs/faults.md: the table that the fault matrix fills."""
import os
import pathlib

FILE = pathlib.Path(os.environ["TOWFISH_SOURCE"]) / "docs" / "faults.md"
HEAD = "| what happens | what the user sees | frame pairs lost | exit status | back to normal |\n| --- | --- | --- | --- | --- |\n"
BEGIN, END = "<!-- rows: written by tests/system/fault_matrix_test.py -->\n", "<!-- end of rows -->\n"
WRITES = os.environ.get("TOWFISH_WRITE_DOCS") == "1"


def line(title, seen, lost, status, normal):
    return f"| {title} | {seen} | {lost} | {status} | {normal} |"


def without_time(row):
    return row.rsplit("|", 2)[0]


def rows_in_page():
    page = FILE.read_text()
    return page[page.index(BEGIN) + len(BEGIN):page.index(END)].removeprefix(HEAD).splitlines()


def write(rows):
    """Replaces rows of the same title, adds the others."""
    page = FILE.read_text()
    titles = {row.split("|")[1]: row for row in rows}
    kept = [titles.pop(row.split("|")[1], row) for row in rows_in_page()]
    body = HEAD + "\n".join(kept + list(titles.values())) + "\n"
    FILE.write_text(page[:page.index(BEGIN)] + BEGIN + body + page[page.index(END):])
