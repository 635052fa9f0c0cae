"""Sums up gcov by folder: python3 lines.py BUILD LEAST_PERCENT [--missing]"""
import collections
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

FOLDERS = {"logs": "pipeline/logs", "shm": "pipeline/shm", "picture": "pipeline/picture"}


def executed(build, library):
    """Of every source of a library, by line: how often it ran, in all functions and programs together."""
    counts = collections.defaultdict(lambda: collections.defaultdict(int))
    objects = (build / "pipeline" / library).rglob("*.gcda")
    with tempfile.TemporaryDirectory() as folder:
        for data in objects:
            subprocess.run(["gcov", "--json-format", str(data.resolve())], cwd=folder, check=True, capture_output=True)
        for report in pathlib.Path(folder).glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(report.read_bytes()))["files"]:
                for line in file["lines"]:
                    counts[file["file"]][line["line_number"]] += line["count"]
    return counts


def main():
    build, least, show = pathlib.Path(sys.argv[1]), float(sys.argv[2]), "--missing" in sys.argv
    low = []
    for name, folder in FOLDERS.items():
        lines, ran, missing = 0, 0, []
        for file, counts in sorted(executed(build, name).items()):
            if f"{folder}/" not in file:
                continue
            lines += len(counts)
            ran += sum(count > 0 for count in counts.values())
            missing += [f"{file[file.index(folder):]}:{line}" for line, count in sorted(counts.items()) if count == 0]
        percent = 100 * ran / lines if lines else 0
        print(f"{folder}: {ran} of {lines} lines, {percent:.1f} % (wanted {least:.0f})")
        if show:
            print("\n".join("  " + place for place in missing))
        if percent < least:
            low.append(folder)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
