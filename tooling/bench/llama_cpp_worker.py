"""llama.cpp as pip builds it, behind the bench's protocol: a JSON object a line in, one out."""

import ctypes
import json
import sys
import time

import llama_cpp as lib
import numpy

model_path, threads = sys.argv[1], int(sys.argv[2])
ROWS, CONTEXT = 8, 8192
lib.llama_backend_init()
# What llama.cpp says while loading would drown the bench's output.
quiet = lib.llama_log_callback(lambda *_: None)
lib.llama_log_set(quiet, ctypes.c_void_p(0))
model = lib.llama_model_load_from_file(model_path.encode(), lib.llama_model_default_params())
params = lib.llama_context_default_params()
params.n_ctx, params.n_batch, params.n_ubatch = CONTEXT, 2048, 512
params.n_seq_max = ROWS
params.n_threads = params.n_threads_batch = threads
context = lib.llama_init_from_model(model, params)
memory = lib.llama_get_memory(context)
vocabulary = lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(model))


def decode(rows, positions):
    """Runs tokens of several sequences; the last of each gives logits. Returns places of these in the batch."""
    count = sum(len(row) for row in rows)
    batch = lib.llama_batch_init(count, 0, 1)
    place, wanted = 0, []
    for sequence, row in enumerate(rows):
        for offset, token in enumerate(row):
            batch.token[place] = token
            batch.pos[place] = positions[sequence] + offset
            batch.n_seq_id[place] = 1
            batch.seq_id[place][0] = sequence
            batch.logits[place] = offset == len(row) - 1
            place += 1
        wanted.append(place - 1)
    batch.n_tokens = count
    status = lib.llama_decode(context, batch)
    lib.llama_batch_free(batch)
    if status != 0:
        raise RuntimeError(f"llama_decode ended with {status}")
    return wanted


def logits_at(place):
    return (ctypes.c_float * vocabulary).from_address(
        ctypes.addressof(lib.llama_get_logits_ith(context, place).contents)
    )


def best(place):
    return int(numpy.frombuffer(logits_at(place), dtype=numpy.float32).argmax())


def prefill(rows):
    lib.llama_memory_clear(memory, True)
    return decode(rows, [0] * len(rows))


def generate(rows, steps):
    wanted = prefill(rows)
    lengths = [len(row) for row in rows]
    start = time.perf_counter()
    for _ in range(steps):
        tokens = [best(place) for place in wanted]
        wanted = decode([[token] for token in tokens], lengths)
        lengths = [length + 1 for length in lengths]
    return time.perf_counter() - start


for line in sys.stdin:
    request = json.loads(line)
    start = time.perf_counter()
    reply = {}
    if request["work"] == "prefill":
        prefill(request["rows"])
    elif request["work"] == "decode":
        reply["seconds"] = generate(request["rows"], request["steps"])
    elif request["work"] == "logits":
        reply["logits"] = [list(logits_at(prefill([row])[0])) for row in request["rows"]]
    reply.setdefault("seconds", time.perf_counter() - start)
    print(json.dumps(reply), flush=True)
