"""Other libraries' objects meet a Value: the gradient is right, or a TypeError says what to write."""

import decimal
import fractions

import numpy as np
import pytest

from microgd import MLP, Value, check_grads, grad, hvp

NUMBERS = np.array([1.0, 2.0, 3.0])


def of_pandas():
    pd = pytest.importorskip("pandas")
    return pd.Series(NUMBERS, index=["a", "b", "c"])


def of_polars():
    return pytest.importorskip("polars").Series(NUMBERS)


def of_xarray():
    return pytest.importorskip("xarray").DataArray(NUMBERS, dims="row")


def of_torch():
    return pytest.importorskip("torch").tensor(NUMBERS)


def of_jax():
    return pytest.importorskip("jax.numpy").array(NUMBERS, dtype="float32")


LIBRARIES = [of_pandas, of_polars, of_xarray, of_torch, of_jax]
OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "@": lambda a, b: a @ b,
}
SCALAR, VECTOR = 0.5, np.array([0.5, 1.5, 2.5])
USES = [(name, start) for name in OPERATORS for start in (SCALAR, VECTOR) if name != "@" or np.shape(start)]


def result_and_gradient(operation, start):
    """The result as plain numbers, and the gradient of the sum of its squares."""
    value = Value(start)
    result = operation(value)
    result = getattr(result, "data", result) if not isinstance(result, Value) else result  # xarray wraps it
    assert isinstance(result, Value), type(result)
    np.sum(result * result).backward()
    return result.data, value.grad


@pytest.mark.parametrize(("name", "start"), USES)
@pytest.mark.parametrize("make", LIBRARIES)
def test_on_the_right_numbers_are_a_constant(make, name, start):
    other, operator = make(), OPERATORS[name]
    ours = result_and_gradient(lambda value: operator(value, other), start)
    expected = result_and_gradient(lambda value: operator(value, NUMBERS), start)
    for one, another in zip(ours, expected, strict=True):
        np.testing.assert_allclose(one, another, rtol=1e-6)


@pytest.mark.parametrize(("name", "start"), USES)
@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.filterwarnings("ignore:a Value is not converted to a number:RuntimeWarning")
def test_on_the_left_the_gradient_is_right_or_refused(make, name, start):
    other, operator = make(), OPERATORS[name]
    expected = result_and_gradient(lambda value: operator(NUMBERS, value), start)
    try:
        ours = result_and_gradient(lambda value: operator(other, value), start)
    except TypeError:
        assert make is of_polars or name == "@", "these leave the operation to the Value"
    else:
        for one, another in zip(ours, expected, strict=True):
            np.testing.assert_allclose(one, another, rtol=1e-6)


# Tables of data ----------------------------------------------------------------------------------


def test_pandas_names_the_cure_where_it_computes_itself():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(np.ones((4, 3)), columns=["a", "b", "c"])
    with pytest.raises(TypeError, match=r"its gradient would be lost: .* table\.to_numpy\(\) @ value"):
        table @ Value(VECTOR)
    assert (table.to_numpy() @ Value(VECTOR)).shape == (4,)


def test_polars_names_the_cure_in_a_warning():
    """Its own TypeError hides ours."""
    pl = pytest.importorskip("polars")
    with (
        pytest.raises(TypeError),
        pytest.warns(RuntimeWarning, match=r"its gradient would be lost: .* series\.to_numpy\(\) \* value"),
    ):
        pl.Series(NUMBERS) * Value(0.1)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_net_takes_tables_and_columns(library):
    table = pytest.importorskip(library).DataFrame({"kg": [1.0, 2.0], "cm": [10.0, 30.0]})
    net, numbers = MLP(2, 3, 1, rng=0), table.to_numpy()
    assert net(numbers).shape == (2, 1)
    if library == "polars":
        np.testing.assert_array_equal(net(table), net(numbers))
    else:
        with pytest.raises(TypeError, match=r"table\.to_numpy\(\) @ value"):
            net(table)
    knob = Value(0.5)
    np.mean((knob * table["kg"] - table["cm"]) ** 2).backward()
    expected = grad(lambda knob: np.mean((knob * np.array([1.0, 2.0]) - np.array([10.0, 30.0])) ** 2))(0.5)
    assert knob.grad == expected


def test_missing_numbers_are_nan_and_objects_refused():
    pd = pytest.importorskip("pandas")
    column = pd.Series([1, None, 3], dtype="Float64")
    np.testing.assert_array_equal(Value(0.5) * column, [0.5, np.nan, 1.5])
    with pytest.raises(
        TypeError, match=r"\*: expected numbers, pandas's Series holds objects: fill what is missing"
    ):
        Value(0.5) * pd.Series([1, "two"], dtype=object)


# Tensors to and fro ------------------------------------------------------------------------------


def test_torch_tensors_to_and_fro():
    torch = pytest.importorskip("torch")
    weight = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float32)
    value = Value(weight)
    assert value.dtype == np.float32
    np.sum(value * value).backward()
    back = torch.from_numpy(value.grad)
    assert torch.equal(back, 2 * weight)


def test_a_tensor_with_a_gradient_of_its_own_is_refused():
    torch = pytest.importorskip("torch")
    tensor = torch.ones(3, requires_grad=True)
    for operation in (
        lambda: tensor * Value(VECTOR),
        lambda: Value(VECTOR) * tensor,
        lambda: tensor @ Value(VECTOR),
    ):
        with pytest.raises(TypeError, match=r"torch's Tensor does not become an array: .*tensor\.detach"):
            operation()


def test_jax_arrays_to_and_fro():
    jnp = pytest.importorskip("jax.numpy")
    value = Value(np.asarray(jnp.array([1.0, 2.0])))
    np.sum(value**3).backward()
    assert jnp.array(value.grad).tolist() == [3.0, 12.0]


# Numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("half", [fractions.Fraction(1, 2), decimal.Decimal("0.5")], ids=repr)
def test_fractions_and_decimals_are_numbers(half):
    for start in (SCALAR, VECTOR):
        for operator in (OPERATORS[name] for name in "+-*/"):
            np.testing.assert_array_equal(operator(half, Value(start)).data, operator(0.5, start))
            np.testing.assert_array_equal(operator(Value(start), half).data, operator(start, 0.5))
    assert grad(lambda x: np.sum(half * x * x))(VECTOR).tolist() == VECTOR.tolist()


def test_symbols_are_refused():
    sympy = pytest.importorskip("sympy")
    for start in (SCALAR, VECTOR):
        with pytest.raises(TypeError, match="give SymPy's numbers as floats"):
            sympy.Symbol("x") * Value(start)
        with pytest.raises(TypeError, match="expected real numbers, got objects"):
            Value(start) * sympy.Symbol("x")
        np.testing.assert_allclose((Value(start) * sympy.Rational(1, 4)).data, start / 4)


# SciPy's sparse matrices -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["csr_matrix", "csr_array", "csc_array", "coo_array", "bsr_array", "dia_array"]
)
def test_a_sparse_matrix_times_a_value(kind):
    sparse = pytest.importorskip("scipy.sparse")
    dense = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0]])
    matrix = getattr(sparse, kind)(dense)
    rng = np.random.default_rng(0)
    for x in (rng.normal(size=3), rng.normal(size=(3, 2))):
        np.testing.assert_allclose((matrix @ Value(x)).data, dense @ x)
        check_grads(lambda x: np.sum(np.sin(matrix @ x)), x, order=2)
    for x in (rng.normal(size=2), rng.normal(size=(4, 2))):
        np.testing.assert_allclose((Value(x) @ matrix).data, x @ dense)
        check_grads(lambda x: np.sum(np.sin(x @ matrix)), x, order=2)


def test_second_derivatives_through_a_sparse_matrix():
    sparse = pytest.importorskip("scipy.sparse")
    dense = np.random.default_rng(0).normal(size=(4, 3))
    x, v = np.ones(3), np.arange(3.0)
    product = hvp(lambda x: np.sum((sparse.csr_array(dense) @ x) ** 2))(x, v)
    np.testing.assert_allclose(product, 2 * dense.T @ dense @ v)


def test_a_sparse_matrix_has_only_its_product():
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_array(np.eye(3))
    for operation in (lambda v: v * matrix, lambda v: matrix * v, lambda v: matrix + v, lambda v: v - matrix):
        with pytest.raises(
            TypeError, match=r"csr_array with a Value has only @; x\.toarray\(\) makes it dense"
        ):
            operation(Value(VECTOR))


# Looking at the numbers --------------------------------------------------------------------------


def test_numpys_tests_take_values():
    value = Value(NUMBERS) * 2
    np.testing.assert_allclose(value, 2 * NUMBERS)
    np.testing.assert_array_equal(2 * NUMBERS, value)
    np.testing.assert_array_less(value, value + 1)
    np.testing.assert_allclose(Value(0.5), 0.5)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        np.testing.assert_allclose(value, [2.0, 4.0, 7.0])


def test_matplotlib_says_what_to_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    value = Value(NUMBERS) * 2
    for plot in (ax.plot, ax.hist, lambda v: ax.scatter(NUMBERS, v), lambda v: ax.imshow(v.reshape(1, 3))):
        with pytest.raises(TypeError, match=r"\.data"):
            plot(value)
    [line] = ax.plot(value.data)
    np.testing.assert_array_equal(line.get_ydata(), value.data)
