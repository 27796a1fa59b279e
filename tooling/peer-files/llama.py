"""Greedy tokens of the real llama.cpp under a control vector.

python llama.py MODEL.gguf VECTOR.gguf NEW_TOKENS < prompts.json     a list of lists of token ids; prints the same

The vector goes through llama.cpp's own loader of control vectors (`common_control_vector_load`). The weights are
written as 32-bit floats first, because llama.cpp rounds activations to 8 bits before it multiplies them with quantized
weights. The C and C++ functions are called in the library of the `xllamacpp` wheel (Linux x86-64, GNU C++ library).
"""

import ctypes as c
import json
import sys
import tempfile
from pathlib import Path

import xllamacpp.xllamacpp as wheel
from float_weights import as_floats


class Parameters(c.Structure):
    """Any struct of parameters: more room than it has, so that its fields need not be known."""

    _fields_ = [("numbers", c.c_int32 * 256)]


class LoadInfo(c.Structure):
    """`common_control_vector_load_info`; the wheel is built with the older `std::string`, which is one pointer."""

    _fields_ = [("strength", c.c_float), ("path", c.c_char_p)]


class List(c.Structure):
    """`std::vector`."""

    _fields_ = [("start", c.c_void_p), ("end", c.c_void_p), ("room", c.c_void_p)]


class Vector(c.Structure):
    """`common_control_vector_data`."""

    _fields_ = [("width", c.c_int), ("numbers", List)]


library = c.CDLL(wheel.__file__)


def declare(name: str, result: object, *arguments: object) -> object:
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
    return function


backend_init = declare("llama_backend_init", None)
model_defaults = declare("llama_model_default_params", Parameters)
load_model = declare("llama_model_load_from_file", c.c_void_p, c.c_char_p, Parameters)
context_defaults = declare("llama_context_default_params", Parameters)
open_context = declare("llama_init_from_model", c.c_void_p, c.c_void_p, Parameters)
close_context = declare("llama_free", None, c.c_void_p)
load_vector = declare("_Z26common_control_vector_loadRKSt6vectorI31common_control_vector_load_infoSaIS0_EE",
                      None, c.c_void_p, c.c_void_p)  # fmt: skip
set_vector = declare("llama_set_adapter_cvec", c.c_int32, c.c_void_p, c.c_void_p, c.c_size_t, *[c.c_int32] * 3)
one_batch = declare("llama_batch_get_one", Parameters, c.c_void_p, c.c_int32)
decode = declare("llama_decode", c.c_int32, c.c_void_p, Parameters)
logits_of = declare("llama_get_logits_ith", c.POINTER(c.c_float), c.c_void_p, c.c_int32)
vocabulary_of = declare("llama_model_get_vocab", c.c_void_p, c.c_void_p)
tokens_in = declare("llama_vocab_n_tokens", c.c_int32, c.c_void_p)


def read_vector(path: Path) -> Vector:
    info = LoadInfo(1, bytes(path))
    start = c.addressof(info)
    vector = Vector()
    load_vector(c.byref(vector), c.byref(List(start, start + c.sizeof(info), start + c.sizeof(info))))
    assert vector.width > 0, "llama.cpp refused the vector"
    return vector


def greedy(model: int, vector: Vector, prompt: list[int], new_tokens: int) -> list[int]:
    context = open_context(model, context_defaults())
    numbers = vector.numbers
    length = (numbers.end - numbers.start) // 4
    assert set_vector(context, numbers.start, length, vector.width, 1, 10_000) == 0
    size = tokens_in(vocabulary_of(model))
    answer: list[int] = []
    given = prompt
    while len(answer) < new_tokens:
        tokens = (c.c_int32 * len(given))(*given)
        assert decode(context, one_batch(tokens, len(given))) == 0
        logits = logits_of(context, -1)[:size]
        answer.append(logits.index(max(logits)))
        given = answer[-1:]
    close_context(context)
    return answer


def main() -> None:
    model_path, vector_path, new_tokens = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    prompts = json.load(sys.stdin)
    backend_init()
    with tempfile.TemporaryDirectory() as folder:
        floats = Path(folder) / "model.gguf"
        as_floats(model_path, floats)
        model = load_model(bytes(floats), model_defaults())
        vector = read_vector(vector_path)
        print(json.dumps([greedy(model, vector, prompt, new_tokens) for prompt in prompts]))


if __name__ == "__main__":
    main()
