"""Arrays as NumPy writes them, for the reader of `@austeer/localize`: every type, order and form of archive.

    python tooling/peer-files/make_numpy.py packages/localize/src/__fixtures__
"""

import sys
from pathlib import Path

import ml_dtypes
import numpy

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
values = numpy.array([[[0.5, -1.25], [3.0, -0.0]], [[1e-3, 2.5e4], [-7.0, 0.1]]])
for name, dtype in {
    "float16": numpy.float16,
    "float32": numpy.float32,
    "float64": numpy.float64,
    "bfloat16": ml_dtypes.bfloat16,
}.items():
    numpy.save(folder / f"{name}.npy", values.astype(dtype))
numpy.save(folder / "fortran.npy", numpy.asfortranarray(values))
numpy.save(folder / "big-endian.npy", values.astype(">f4"))
numpy.save(folder / "objects.npy", numpy.array([{"a": 1}], dtype=object), allow_pickle=True)
numpy.savez(folder / "stored.npz", ffn=values.astype(numpy.float32), attention=2 * values)
numpy.savez_compressed(folder / "deflated.npz", ffn=values.astype(numpy.float32), attention=2 * values)
