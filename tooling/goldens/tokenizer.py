"""The upstream tokenizer, rebuilt from the GGUF's own lists, and what it makes of difficult strings.

transformers' own reading of a GGUF drops the digit splitting and may add a BOS, so it is not used.
"""

import gguf
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

CONTROL, USER_DEFINED = 3, 4

STRINGS = [
    "",
    " ",
    "  ",
    "a",
    " a",
    "a ",
    "  two spaces before, three after   ",
    "tab\tand\ttabs\t\there",
    "\n",
    "\n\n\n",
    "line one\nline two\r\nline three\n\n  indented",
    "trailing newline\n",
    "0",
    "7 8 9",
    "1234567890",
    "In 1987 there were 12,345 of them.",
    "3.14159 and -2.71828e-10",
    "$1,299.99 (50% off!)",
    "The answer is 145.0",
    "145.0",
    "2nd of 10th, B12, x86_64, v1.30.0",
    "2026-11-23T18:05:09Z",
    "\u0661\u0662\u0663 \u0967\u0968\u0969 \u00b2\u00b3 \u00bd \u2163",
    "I'm sure they'll say it's what we've done, isn't it? He'd know. You're right.",
    "I'M SURE THEY'LL SHOUT, DON'T THEY",
    "\u2018curly\u2019 don\u2019t \u201cquotes\u201d",
    "rock 'n' roll '90s 's 't 're",
    "Hello, world!",
    "hello world",
    "HELLO WORLD",
    "HelloWorld helloWorld hello_world hello-world",
    "Answer:Yes",
    "Answer:No",
    "Answer: yes",
    "Question: is water wet?\n\nAnswer:",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "na\u00efve caf\u00e9 r\u00e9sum\u00e9 \u00e0 la carte",
    "nai\u0308ve cafe\u0301 (combining marks)",
    "\u00dcber die Stra\u00dfe gehen, bitte!",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!",
    "\u03ba\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1 \u03ba\u03cc\u03c3\u03bc\u03b5",
    "\u4f60\u597d\uff0c\u4e16\u754c\u3002",
    "\u3053\u3093\u306b\u3061\u306f\u4e16\u754c \uff11\uff12\uff13",
    "\uc548\ub155\ud558\uc138\uc694",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    "\U0001f600 \U0001f680\U0001f680 \u2764\ufe0f",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd \U0001f1eb\U0001f1f7",
    "no-break\u00a0space, thin\u2009space, zero\u200bwidth, ideographic\u3000space",
    "\u2211\u222b\u221a \u2264 \u2260 \u221e \u2192 \u2200x\u2208\u211d",
    "def f(x):\n    return x**2 + 1  # square\n",
    "for (let i = 0; i < 10; i++) { sum += a[i] ?? 0; }",
    "<html><body class=\"x\">&amp; &lt;</body></html>",
    "SELECT name, COUNT(*) FROM t WHERE id >= 42;",
    "https://example.com/a/b?q=1&r=%20#top mail@example.com",
    "!!! ??? ... --- ,,, ((( ))) ===== ///",
    "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    "text<|endoftext|>more<|im_end|>",
    " <|im_start|> spaced <|im_end|> ",
    "<|im_start|",
    "<repo_name>a/b<file_sep>c.py<filename>d<jupyter_code>1+1",
    "\u0120 \u010a \u0000 \u007f \u00ad",
]

CONVERSATIONS = [
    [{"role": "user", "content": "Is the sky blue?"}],
    [
        {"role": "system", "content": "Answer with yes or no."},
        {"role": "user", "content": "Do fish swim?\nThink first."},
    ],
    [
        {"role": "user", "content": "Hi!"},
        {"role": "assistant", "content": " Hello, how can I help? "},
        {"role": "user", "content": "What is 12 + 30?"},
    ],
]


def read_tokenizer(reader: gguf.GGUFReader) -> Tokenizer:
    def field(name):
        return reader.fields[f"tokenizer.ggml.{name}"].contents()

    if (field("model"), field("pre")) != ("gpt2", "smollm"):
        raise SystemExit(f"expected a gpt2/smollm tokenizer, got {field('model')}/{field('pre')}")
    texts = field("tokens")
    tokenizer = Tokenizer(
        models.BPE(
            vocab={text: token for token, text in enumerate(texts)},
            merges=[tuple(merge.split(" ")) for merge in field("merges")],
        )
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = field("token_type")
    tokenizer.add_special_tokens([AddedToken(t, normalized=False) for t, kind in zip(texts, kinds) if kind == CONTROL])
    tokenizer.add_tokens([AddedToken(t, normalized=False) for t, kind in zip(texts, kinds) if kind == USER_DEFINED])
    if tokenizer.get_vocab_size() != len(texts):
        raise SystemExit("a special token of the GGUF is not in its own vocabulary")
    return tokenizer


def encode(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


def tokenizer_goldens(reader: gguf.GGUFReader, tokenizer: Tokenizer) -> dict:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(reader.fields["tokenizer.chat_template"].contents())
    conversations = []
    for messages in CONVERSATIONS:
        for prompt in (True, False):
            text = template.render(messages=messages, add_generation_prompt=prompt)
            conversations.append(
                dict(messages=messages, addGenerationPrompt=prompt, text=text, tokens=encode(tokenizer, text))
            )
    strings = []
    for text in STRINGS:
        tokens = encode(tokenizer, text)
        strings.append(
            dict(
                text=text,
                tokens=tokens,
                # What decoding must give back: all of the text, and the text without its special tokens.
                decoded=tokenizer.decode(tokens, skip_special_tokens=False),
                plain=tokenizer.decode(tokens, skip_special_tokens=True),
            )
        )
    return dict(strings=strings, conversations=conversations)
