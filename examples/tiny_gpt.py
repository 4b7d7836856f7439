"""A tiny GPT: a transformer that reads first names letter by letter and invents new ones.

What you will see: a table of letter pairs (bigrams) predicts the next letter of a name from the one before.
A transformer of one layer with four attention heads looks at all letters so far: its loss falls below that of
the table, on names that it never saw. Then it invents twenty names. Model, loss and Adam are plain NumPy; the
whole training step is one compiled program. The data are the first names of the United States census of 1990:
pip install names. Run it: python examples/tiny_gpt.py    (half a minute; --steps 200 for a quick look)
"""

import textwrap
import time
from functools import partial
from pathlib import Path

import numpy as np
from helpers.animals import whole
from helpers.lesson import add_out, parser

import microgd
from microgd import Value, draw, losses, play, relu, softmax, value_and_grad

WIDTH, HEADS, CONTEXT, BATCH, RATE = 32, 4, 16, 32, 0.01
LETTERS = ".abcdefghijklmnopqrstuvwxyz"  # token 0, the dot, begins and ends a name, and fills up its row


# %% The data: a row of token numbers for each name, such as . a n n a . . .
def names_of_the_census() -> list[str]:
    import names

    files = [Path(names.FILES[f"first:{kind}"]) for kind in ("female", "male")]
    found = [line.split()[0].lower() for file in files for line in file.read_text().splitlines()]
    return sorted(set(found))


def tokens_of(words) -> np.ndarray:
    return np.array([[LETTERS.index(letter) for letter in f".{word:.<{CONTEXT}}"] for word in words])


# %% The model: letters become vectors, attention mixes those of earlier places, a small net transforms each
def new_parameters(rng, width=WIDTH) -> dict[str, np.ndarray]:
    shapes = {"letter": (len(LETTERS), width), "place": (CONTEXT, width), "out": (width, len(LETTERS))}
    shapes |= dict.fromkeys(("query", "key", "value", "mix"), (width, width))
    shapes |= {"up": (width, 4 * width), "down": (4 * width, width)}
    return {name: rng.normal(0.0, shape[0] ** -0.5, shape) for name, shape in shapes.items()}


def norm(x):  # RMS norm: each vector is brought to length sqrt(width)
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-5)


def heads_of(x):  # (batch, place, width) -> (batch, head, place, width / heads)
    return np.swapaxes(np.reshape(x, (*x.shape[:-1], HEADS, -1)), -2, -3)


def attention(p, x):
    query, key, value = (heads_of(x @ p[name]) for name in ("query", "key", "value"))
    score = query @ np.swapaxes(key, -1, -2) / np.sqrt(key.shape[-1])  # how well each place fits each query
    later = np.triu(np.ones(score.shape[-2:], bool), 1)
    share = softmax(np.where(later, -1e9, score))  # a letter must not see the ones after it
    return np.reshape(np.swapaxes(share @ value, -2, -3), x.shape) @ p["mix"]


def logits_of(p, tokens):
    x = p["letter"][tokens] + p["place"][: tokens.shape[-1]]
    x = x + attention(p, norm(x))
    x = x + relu(norm(x) @ p["up"]) @ p["down"]
    return norm(x) @ p["out"]


def loss(p, rows):
    """The mean of -log(probability of the letter that came), over all places up to the end of each name."""
    tokens, goals = rows[:, :-1], rows[:, 1:]
    counts = np.where((tokens == 0) & (np.arange(CONTEXT) > 0), 0.0, 1.0)  # behind a name nothing counts
    return np.sum(losses.softmax_cross_entropy(logits_of(p, tokens), goals) * counts) / np.sum(counts)


# %% One step of training: loss, gradients and Adam, all of it one program
def train(p, memory, data, rows, rate):
    error, gradient = value_and_grad(loss)(p, data[rows])
    step = memory["step"] + 1.0
    mean = {name: 0.9 * memory["mean"][name] + 0.1 * g for name, g in gradient.items()}
    square = {name: 0.99 * memory["square"][name] + 0.01 * g * g for name, g in gradient.items()}
    size = {name: np.sqrt(square[name] / (1 - 0.99**step)) + 1e-8 for name in p}
    p = {name: p[name] - rate * mean[name] / (1 - 0.9**step) / size[name] for name in p}
    return error, p, {"step": step, "mean": mean, "square": square}


def new_memory(p):
    zeros = {name: np.zeros_like(array) for name, array in p.items()}
    return {"step": 0.0, "mean": zeros, "square": zeros}


# %% What it is to beat: a table of how often each letter follows each, with one for every pair
def bigrams(data) -> np.ndarray:
    counts = np.ones((len(LETTERS), len(LETTERS)))
    for row in data:
        word = np.trim_zeros(row)
        np.add.at(counts, (np.r_[0, word], np.r_[word, 0]), 1)
    return counts / counts.sum(axis=1, keepdims=True)


def loss_of_bigrams(table, data) -> float:
    words = [np.trim_zeros(row) for row in data]
    return -np.mean(np.concatenate([np.log(table[np.r_[0, word], np.r_[word, 0]]) for word in words]))


# %% A new name: letter after letter, each drawn from the probabilities that the model gives it
def invent(model, rng, temperature=0.8) -> str:
    row = np.zeros((1, CONTEXT), int)
    for place in range(CONTEXT - 1):
        probability = softmax(model(row)[0, place] / temperature)  # below 1: less daring
        row[0, place + 1] = rng.choice(len(LETTERS), p=probability)
        if row[0, place + 1] == 0:
            break
    return "".join(LETTERS[token] for token in row[0] if token)


# %% One head on three letters: how much the last one looks at the first, for `draw` and `play`
def one_head(p, word):
    tokens = np.array([LETTERS.index(letter) for letter in word])
    x = norm(p["letter"][tokens] + p["place"][1 : len(word) + 1])
    width = WIDTH // HEADS
    query, key = (Value(x @ p[name][:, :width], name=name) for name in ("query", "key"))
    score = query @ key.T / np.sqrt(width)
    share = softmax(np.where(np.triu(np.ones(score.shape, bool), 1), -1e9, score))
    looks_back = share[-1, 0]
    looks_back.backward()
    return looks_back, {"query": query, "key": key, "score": score, "share": share, "looks_back": looks_back}


def main() -> None:
    options = parser(__doc__)
    add_out(options)
    options.add_argument("--steps", type=partial(whole, least=1), default=6000, help="of training (6000)")
    asked = options.parse_args()
    try:
        words = names_of_the_census()
    except ModuleNotFoundError:
        options.error("the names are in a package of their own: pip install names")
    rng = np.random.default_rng(0)
    unseen, data = np.split(rng.permutation(tokens_of(words)), [len(words) // 10])
    p = new_parameters(rng)
    memory = new_memory(p)
    print(
        f"{len(data)} names to learn from, {len(unseen)} held out; {sum(map(np.size, p.values()))} parameters"
    )
    print(f"a table of letter pairs: loss {loss_of_bigrams(bigrams(data), unseen):.3f} on names held out")

    step, loss_of = microgd.compile(train), microgd.compile(loss)
    start = time.perf_counter()
    for number in range(asked.steps):
        rate = RATE * (1 - number / asked.steps)  # falls to 0
        _, p, memory = step(p, memory, data, rng.integers(len(data), size=BATCH), rate)
        if (number + 1) % -(-asked.steps // 6) == 0 or number + 1 == asked.steps:
            seen, new = loss_of(p, data[:1000]), loss_of(p, unseen)
            print(f"  step {number + 1:5}: loss {seen:.3f}, on names held out {new:.3f}")
    took = time.perf_counter() - start
    print(f"{took:.0f} s, {asked.steps * BATCH * CONTEXT / took:,.0f} letters a second, with their gradients")

    model, known = microgd.compile(logits_of), set(words)
    invented = [invent(partial(model, p), rng) for _ in range(20)]
    print("\ntwenty names, * those of the census:")
    print(textwrap.fill(", ".join(name + "*" * (name in known) for name in invented), 78))

    looks_back, names = one_head(p, "ann")
    asked.out.mkdir(parents=True, exist_ok=True)
    print("\none head on the letters a, n, n: how much each looks at those up to it")
    print(names["share"].data.round(2))
    try:
        print("wrote", draw(looks_back, names=names, direction="down").save(asked.out / "head.svg"))
        play(looks_back, asked.out / "head.html", names=names)
        print(f"wrote {asked.out / 'head.html'}: the chain rule through it, step by step")
    except (ImportError, RuntimeError) as missing:
        print(f"no picture: {missing}")


# %% Exercises (answers: tests/examples/test_tiny_gpt.py)
# 1. Is the loss worse without "place"? The mask alone tells something of the order of the letters.
# 2. Replace "out" by the transposed "letter" (weight tying). How many parameters are left?
# 3. With one head instead of four, how many parameters does the model have?

if __name__ == "__main__":
    main()
