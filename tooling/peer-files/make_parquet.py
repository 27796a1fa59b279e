"""Small Parquet files of another writer, and the rows in them.

    python tooling/peer-files/make_parquet.py packages/pairs/src/readers/__fixtures__

hyparquet-writer, which the tests use, writes pages of the second form; these have pages of the first, and each
encoding: dictionaries, differences, split bytes, runs of booleans, nulls, lists in lists, structs.
"""

import json
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet

ROWS = 24
WORDS = ["", "a", "word", "words", "wordy", "another"]

columns = {
    "text": [None if row % 5 == 4 else WORDS[row % 6] for row in range(ROWS)],
    "sorted": [f"row {row:03d}" for row in range(ROWS)],
    "small": [row * 3 - 20 for row in range(ROWS)],
    "large": [None if row % 7 == 0 else row * 10_000_000_000 for row in range(ROWS)],
    "number": [row / 4 for row in range(ROWS)],
    "flag": [None if row % 6 == 3 else row % 3 == 0 for row in range(ROWS)],
    "nothing": [None] * ROWS,
    "list": [None if row % 8 == 7 else WORDS[: row % 4] for row in range(ROWS)],
    "lists": [[list(range(inner)) for inner in range(row % 3)] for row in range(ROWS)],
    "struct": [None if row % 9 == 8 else {"a": row, "b": WORDS[row % 6]} for row in range(ROWS)],
}
schema = pyarrow.schema(
    [
        ("text", pyarrow.string()),
        ("sorted", pyarrow.string()),
        ("small", pyarrow.int32()),
        ("large", pyarrow.int64()),
        ("number", pyarrow.float64()),
        ("flag", pyarrow.bool_()),
        ("nothing", pyarrow.string()),
        ("list", pyarrow.list_(pyarrow.string())),
        ("lists", pyarrow.list_(pyarrow.list_(pyarrow.int32()))),
        ("struct", pyarrow.struct([("a", pyarrow.int32()), ("b", pyarrow.string())])),
    ]
)
ENCODINGS = {
    "text": "DELTA_LENGTH_BYTE_ARRAY",
    "sorted": "DELTA_BYTE_ARRAY",
    "small": "DELTA_BINARY_PACKED",
    "large": "DELTA_BINARY_PACKED",
    "number": "BYTE_STREAM_SPLIT",
    "flag": "RLE",
}
FILES = {
    "dictionaries": {"compression": "SNAPPY", "use_dictionary": True},
    "plain": {"compression": "GZIP", "use_dictionary": False},
    "differences": {"compression": "NONE", "use_dictionary": False, "column_encoding": ENCODINGS},
    "second-form": {"compression": "SNAPPY", "use_dictionary": True, "data_page_version": "2.0"},
}

folder = Path(sys.argv[1])
table = pyarrow.table(columns, schema=schema)
for name, options in FILES.items():
    pyarrow.parquet.write_table(
        table,
        folder / f"pyarrow-{name}.parquet",
        store_schema=False,
        write_statistics=name == "plain",
        row_group_size=16,
        **options,
    )
rows = [{name: values[row] for name, values in columns.items()} for row in range(ROWS)]
(folder / "pyarrow-rows.json").write_text(json.dumps(rows, indent=1) + "\n")
