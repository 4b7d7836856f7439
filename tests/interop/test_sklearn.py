"""The estimators: scikit-learn's own checks of an estimator, and its tools used on real data."""

import functools
import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from microgd import AdamW, GradientDescent, schedules
from microgd.sklearn import KnobClassifier, NetClassifier, NetRegressor

ESTIMATORS = [
    KnobClassifier(), NetClassifier(steps=300), NetClassifier(steps=300, batch_size=32),
    NetRegressor(steps=300), NetRegressor((), "tanh", learning_rate=0.3, steps=200),
]  # fmt: skip


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_scikit_learns_own_checks(estimator):
    results = check_estimator(estimator, on_skip=None)
    assert len(results) > 45
    assert {check["check_name"] for check in results if check["status"] != "passed"} <= {
        "check_array_api_input"
    }


def scaled(estimator):
    return make_pipeline(StandardScaler(), estimator)


@pytest.mark.parametrize("load", [load_iris, load_breast_cancer])
def test_classifiers_keep_up_with_logistic_regression(load):
    x, y = load(return_X_y=True)
    logistic = cross_val_score(scaled(LogisticRegression()), x, y).mean()
    assert cross_val_score(scaled(NetClassifier(random_state=0, steps=300)), x, y).mean() > logistic - 0.03
    assert cross_val_score(scaled(KnobClassifier()), x, y).mean() > 0.8


def test_knobs_are_the_least_squares_solution():
    """With two classes the knobs minimise (x @ knob_weight - class)^2: linear algebra solves that at once."""
    x, y = load_breast_cancer(return_X_y=True)
    x = StandardScaler().fit_transform(x)[:, :4]
    knobs = KnobClassifier(steps=20000).fit(x, y).knob_weight_
    expected = LinearRegression(fit_intercept=False).fit(x, y).coef_
    np.testing.assert_allclose(knobs, expected, atol=5e-3)


def test_a_knob_without_a_bias_still_finds_its_threshold():
    """Cats and dogs by their weight in kg, all of them positive: the threshold lies between the two."""
    rng = np.random.default_rng(0)
    weight = np.concatenate([rng.normal(4, 0.5, 50), rng.normal(12, 2, 50)])[:, None]
    kind = np.repeat(["cat", "dog"], 50)
    assert KnobClassifier().fit(weight, kind).score(weight, kind) > 0.95
    three = np.repeat(["cat", "dog", "horse"], 50)
    weight = np.concatenate([weight, rng.normal(500, 30, (50, 1))])
    assert KnobClassifier().fit(weight, three).score(weight, three) > 0.6  # the horses are found


def test_a_linear_regressor_finds_the_least_squares_solution():
    x, y = load_diabetes(return_X_y=True)
    x, y = StandardScaler().fit_transform(x), (y - y.mean()) / y.std()
    net = NetRegressor((), optimizer=GradientDescent, learning_rate=0.2, steps=20000).fit(x, y)
    np.testing.assert_allclose(net.predict(x), LinearRegression().fit(x, y).predict(x), atol=1e-3)


def test_a_net_learns_a_curve_that_a_line_cannot():
    x = np.linspace(-2, 2, 200)[:, None]
    y = np.hstack([x**2, np.sin(3 * x)])  # two numbers a row
    net = NetRegressor((32,), "tanh", learning_rate=0.03, random_state=0).fit(x, y)
    assert net.predict(x).shape == (200, 2)
    assert net.score(x, y) > 0.95 > 0.5 > LinearRegression().fit(x, y).score(x, y)


def test_probabilities_add_up_and_belong_to_the_classes():
    x, y = load_iris(return_X_y=True)
    y = np.array(["setosa", "versicolor", "virginica"])[y]
    net = NetClassifier(random_state=0, steps=200).fit(x, y)
    probability = net.predict_proba(x)
    np.testing.assert_allclose(probability.sum(axis=1), 1.0)
    assert list(net.predict(x)) == list(net.classes_[probability.argmax(axis=1)])


def test_one_seed_is_one_net_and_another_seed_another():
    x, y = load_iris(return_X_y=True)
    model = NetClassifier(random_state=3, steps=20, batch_size=16)
    first, again = model.fit(x, y).decision_function(x), clone(model).fit(x, y).decision_function(x)
    np.testing.assert_array_equal(first, again)
    assert np.any(clone(model).set_params(random_state=4).fit(x, y).decision_function(x) != first)


def test_settings_are_searched_and_models_pickled():
    x, y = load_iris(return_X_y=True)
    optimizer = functools.partial(AdamW, weight_decay=0.1)
    model = scaled(NetClassifier(optimizer=optimizer, random_state=0, steps=60))
    settings = {
        "netclassifier__hidden_layer_sizes": [(), (8,)],
        "netclassifier__activation": ["tanh", "sigmoid", np.arctan],
    }
    search = GridSearchCV(model, settings, cv=3).fit(x, y)
    assert search.best_score_ > 0.9
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(again.predict_proba(x), search.best_estimator_.predict_proba(x))


def test_a_schedule_as_learning_rate_and_what_is_remembered():
    x, y = load_iris(return_X_y=True)
    net = NetClassifier(learning_rate=schedules.cosine(0.05, steps=50), steps=50, random_state=0).fit(x, y)
    assert net.n_steps_ == 50
    assert len(net.errors_) == 51
    assert net.errors_[-1] < net.errors_[0]
    assert net.stopped_.startswith("budget: 50 steps")


def test_a_descent_that_diverges_says_so():
    x, y = load_iris(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="KnobClassifier: diverged at step"):
        KnobClassifier(alpha=1e3).fit(x, y)


def test_wrong_settings_are_refused_at_fit():
    x, y = load_iris(return_X_y=True)
    with pytest.raises(
        ValueError, match="activation: expected one of relu, tanh, sigmoid or a function, got 'rel'"
    ):
        NetClassifier(activation="rel").fit(x, y)
    with pytest.raises(ValueError, match="KnobClassifier: expected at least two classes in y, got one class"):
        KnobClassifier().fit(x, np.zeros(len(x)))
