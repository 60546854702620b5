"""Losses against Keras, automatic differentiation and closed forms; which pairs make sense."""

from math import log
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit, log_softmax

from core.catalog import LOSSES, OUTPUTS, Loss, default_choice, pairing
from core.catalog.loss import TASKS
from core.errors import InvalidExperiment

SAMPLES, CLASSES = 40, 5
CASES = [(record, default_choice(record).arguments) for record in LOSSES.values()] + [
    (LOSSES["huber"], (0.3,)),
    (LOSSES["focal"], (0.0,)),
    (LOSSES["focal"], (0.5,)),
]
each_case = pytest.mark.parametrize(
    ("record", "params"), CASES, ids=lambda value: getattr(value, "name", str(value))
)
KERAS = {
    "cross_entropy": keras.losses.categorical_crossentropy,
    "binary_cross_entropy": keras.losses.binary_crossentropy,
    "kl_divergence": keras.losses.kl_divergence,
    "hinge": keras.losses.hinge,
    "mse": keras.losses.mean_squared_error,
    "mae": keras.losses.mean_absolute_error,
    "log_cosh": keras.losses.log_cosh,
}


def keras_loss(name: str, params: tuple[float, ...], t: Any, y: Any) -> Any:
    if name == "huber":
        return keras.losses.huber(t, y, delta=params[0])
    if name == "focal":
        return keras.losses.categorical_focal_crossentropy(t, y, alpha=1.0, gamma=params[0])
    return KERAS[name](t, y)


def one_hot(rng: np.random.Generator, *leading: int) -> np.ndarray:
    return np.eye(CLASSES, dtype=np.float32)[rng.integers(CLASSES, size=leading)]


def sample(record: Loss) -> tuple[np.ndarray, np.ndarray, str]:
    """Targets and sums z before the output, (n, k), and the loss's default output."""
    rng = np.random.default_rng(4)
    z = rng.normal(0, 1.5, (SAMPLES, CLASSES)).astype(np.float32)
    return one_hot(rng, SAMPLES), z, record.outputs["classification"][0]


@each_case
def test_numpy_form_equals_keras(record: Loss, params: tuple[float, ...]) -> None:
    t, z, output = sample(record)
    y = OUTPUTS[output].value(z)
    expected = np.asarray(keras_loss(record.name, params, t, keras.ops.array(y)))
    # Keras replaces the zeros of kl_divergence's target by 1e-7, each worth up to 1.6e-6.
    bound = 1e-5 if record.name == "kl_divergence" else 1e-6
    np.testing.assert_allclose(record.value(t, y, *params), expected, rtol=1e-5, atol=bound)
    assert record.value(t, y, *params).shape == (SAMPLES,)


@each_case
def test_tensor_form_equals_the_numpy_form(record: Loss, params: tuple[float, ...]) -> None:
    t, z, output = sample(record)
    ours = record.keras(*params)(keras.ops.array(t), OUTPUTS[output].keras(keras.ops.array(z)))
    expected = record.value(t, OUTPUTS[output].value(z), *params)
    np.testing.assert_allclose(np.asarray(ours), expected, rtol=2e-5, atol=1e-6)


@each_case
def test_gradient_equals_automatic_differentiation_through_the_output(
    record: Loss, params: tuple[float, ...]
) -> None:
    t, z, output = sample(record)
    logits = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = record.keras(*params)(tf.constant(t), OUTPUTS[output].keras(logits))
    theirs = tape.gradient(loss, logits).numpy()

    y = OUTPUTS[output].value(z.astype(np.float64))
    by_output = record.gradient(t, y, *params)
    assert by_output.shape == y.shape
    if output == "softmax":
        ours = y * (by_output - (by_output * y).sum(axis=-1, keepdims=True))
    elif output == "sigmoid":
        ours = by_output * y * (1 - y)
    else:
        ours = by_output
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@each_case
def test_gradient_equals_differences_of_the_value(record: Loss, params: tuple[float, ...]) -> None:
    t, z, output = sample(record)
    t = t.astype(np.float64)
    y = OUTPUTS[output].value(z.astype(np.float64))
    for unit in range(CLASSES):
        step = np.zeros(CLASSES)
        step[unit] = 1e-6
        slope = (record.value(t, y + step, *params) - record.value(t, y - step, *params)) / 2e-6
        np.testing.assert_allclose(
            record.gradient(t, y, *params)[:, unit], slope, rtol=1e-4, atol=1e-6
        )


@each_case
def test_member_axes_lead_and_one_target_serves_all_members(
    record: Loss, params: tuple[float, ...]
) -> None:
    rng = np.random.default_rng(8)
    seeds, members, batch = 2, 3, 6
    z = rng.normal(0, 2, (seeds, members, batch, CLASSES)).astype(np.float32)
    t = one_hot(rng, seeds, 1, batch)
    output = OUTPUTS[record.outputs["classification"][0]]
    function = record.keras(*params)
    together = np.asarray(function(keras.ops.array(t), output.keras(keras.ops.array(z))))
    assert together.shape == (seeds, members, batch)
    for seed in range(seeds):
        for member in range(members):
            lone = function(
                keras.ops.array(t[seed, 0]), output.keras(keras.ops.array(z[seed, member]))
            )
            np.testing.assert_allclose(together[seed, member], lone, rtol=1e-6, atol=1e-7)
    spread = np.broadcast_to(t, z.shape)
    np.testing.assert_allclose(
        together, record.value(spread, output.value(z), *params), rtol=2e-5, atol=2e-6
    )


@pytest.mark.parametrize("record", LOSSES.values(), ids=LOSSES)
def test_keras_fit_trains_and_reports_the_mean_loss(record: Loss) -> None:
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(24, 3)).astype(np.float32), one_hot(rng, 24)
    params, output = default_choice(record).arguments, OUTPUTS[record.outputs["classification"][0]]
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(CLASSES), keras.layers.Activation(output.keras)]
    )
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=record.keras(*params))
    kernel, bias = model.get_weights()
    losses = model.fit(x, t, epochs=10, batch_size=24, verbose=0).history["loss"]
    before = record.value(t, output.value(x @ kernel + bias), *params).mean()
    assert losses[0] == pytest.approx(before, rel=1e-4)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("name", ["cross_entropy", "kl_divergence", "focal"])
@pytest.mark.parametrize("compiled", ["eager", "graph", "xla"])
def test_a_quite_wrong_sample_keeps_its_gradient_in_softmax_losses(
    name: str, compiled: str
) -> None:
    record = LOSSES[name]
    function = record.keras(*default_choice(record).arguments)

    def gradient(z: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(z)
            loss = function(tf.constant([[1.0, 0.0, 0.0]]), OUTPUTS["softmax"].keras(z))
        return loss, tape.gradient(loss, z)

    if compiled != "eager":
        gradient = tf.function(gradient, jit_compile=compiled == "xla")
    loss, slope = gradient(tf.constant([[-200.0, 0.0, 1.0]]))
    np.testing.assert_allclose(loss, 201.313, rtol=1e-5)
    np.testing.assert_allclose(slope[0], [-1, 1 - expit(1.0), expit(1.0)], rtol=1e-5)


@pytest.mark.parametrize("name", ["cross_entropy", "kl_divergence", "focal"])
def test_a_fit_learns_from_a_quite_wrong_sample(name: str) -> None:
    record = LOSSES[name]
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(2), keras.layers.Activation("softmax")]
    )
    model.set_weights([np.array([[-50.0, 50.0]], np.float32), np.zeros(2, np.float32)])
    model.compile(
        optimizer=keras.optimizers.SGD(1.0),
        loss=record.keras(*default_choice(record).arguments),
    )
    model.fit(np.ones((1, 1)), np.array([[1.0, 0.0]]), epochs=1, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], [[-49.0, 49.0]], rtol=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_is_finite_with_its_gradient_where_the_sample_is_quite_right(gamma: float) -> None:
    z = tf.constant([[60.0, 0.0, 0.0], [200.0, 0.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(z)
        loss = LOSSES["focal"].keras(gamma)(
            tf.constant([[1.0, 0, 0]] * 2), OUTPUTS["softmax"].keras(z)
        )
    assert np.isfinite(loss).all()
    assert np.isfinite(tape.gradient(loss, z)).all()


def test_focal_of_0_is_cross_entropy() -> None:
    t, z, _ = sample(LOSSES["focal"])
    y = OUTPUTS["softmax"].value(z)
    np.testing.assert_allclose(
        LOSSES["focal"].value(t, y, 0.0), LOSSES["cross_entropy"].value(t, y), rtol=1e-6
    )


def test_softmax_with_cross_entropy_has_gradient_p_minus_t() -> None:
    t, z, _ = sample(LOSSES["cross_entropy"])
    p = OUTPUTS["softmax"].value(z.astype(np.float64))
    by_p = LOSSES["cross_entropy"].gradient(t, p)
    # The Jacobian of softmax is diag(p) - p p^T.
    jacobian = np.einsum("ni,ij->nij", p, np.eye(CLASSES)) - np.einsum("ni,nj->nij", p, p)
    np.testing.assert_allclose(np.einsum("nij,nj->ni", jacobian, by_p), p - t, atol=1e-6)

    logits = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = LOSSES["cross_entropy"].keras()(tf.constant(t), OUTPUTS["softmax"].keras(logits))
    np.testing.assert_allclose(tape.gradient(loss, logits), p - t, atol=1e-6)


def test_sigmoid_with_half_the_squared_error_has_a_gradient_of_at_most_4_in_27() -> None:
    # |a - y| a (1 - a) with y = 0 is a^2 (1 - a), largest at a = 2/3.
    z = np.linspace(-20, 20, 400_001)[:, None]
    a = OUTPUTS["sigmoid"].value(z)
    for y in (0.0, 1.0):
        slope = np.abs(LOSSES["mse"].gradient(np.full_like(a, y), a) / 2 * a * (1 - a))
        assert slope.max() == pytest.approx(4 / 27, abs=1e-9)
        assert slope.max() <= 4 / 27
        assert np.abs(a[slope.argmax()] - y) == pytest.approx(2 / 3, abs=1e-4)


def test_sigmoid_with_cross_entropy_has_a_gradient_that_does_not_fade() -> None:
    z = tf.constant([[-60.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(z)
        loss = LOSSES["binary_cross_entropy"].keras()(
            tf.constant([[1.0, 0.0]]), OUTPUTS["sigmoid"].keras(z)
        )
    np.testing.assert_allclose(tape.gradient(loss, z), [[-0.5, 0.25]], atol=1e-6)


def test_an_untrained_ten_class_cross_entropy_is_about_ln_10() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((2000, 784))
    w = rng.uniform(-1, 1, (784, 10)) * np.sqrt(6 / 794) * 0.1
    t = np.eye(10)[rng.integers(10, size=2000)]
    loss = LOSSES["cross_entropy"].value(t, OUTPUTS["softmax"].value(x @ w)).mean()
    assert loss == pytest.approx(log(10), rel=0.05)
    even = np.full((1, 10), 0.1)
    assert LOSSES["cross_entropy"].value(np.eye(10)[:1], even)[0] == pytest.approx(log(10))


def test_cross_entropy_less_kl_divergence_is_the_entropy_of_the_target() -> None:
    rng = np.random.default_rng(3)
    t = rng.dirichlet(np.ones(CLASSES), SAMPLES)
    z = rng.normal(0, 2, (SAMPLES, CLASSES))
    p = OUTPUTS["softmax"].value(z)
    entropy = -(t * np.log(t)).sum(axis=-1)
    difference = LOSSES["cross_entropy"].value(t, p) - LOSSES["kl_divergence"].value(t, p)
    np.testing.assert_allclose(difference, entropy, rtol=1e-9)

    tensors = [keras.ops.array(array, "float32") for array in (t, z)]
    on_tensors = [
        np.asarray(LOSSES[name].keras()(tensors[0], OUTPUTS["softmax"].keras(tensors[1])))
        for name in ("cross_entropy", "kl_divergence")
    ]
    np.testing.assert_allclose(on_tensors[0] - on_tensors[1], entropy, atol=1e-5)


def test_kl_divergence_of_a_one_hot_target_is_cross_entropy() -> None:
    t, z, _ = sample(LOSSES["kl_divergence"])
    p = OUTPUTS["softmax"].value(z)
    np.testing.assert_array_equal(
        LOSSES["kl_divergence"].value(t, p), LOSSES["cross_entropy"].value(t, p)
    )


@pytest.mark.parametrize("name", LOSSES)
def test_zeros_and_ones_give_finite_losses_without_warnings(name: str) -> None:
    record = LOSSES[name]
    params = default_choice(record).arguments
    t = np.eye(3, dtype=np.float32)
    for y in (t, 1 - t, t * 1e4, -t * 1e4):
        if record.outputs["classification"][0] != "linear" and np.abs(y).max() > 1:
            continue
        assert np.isfinite(record.value(t, y, *params)).all()
        assert np.isfinite(record.gradient(t, y, *params)).all()


@pytest.mark.parametrize("name", ["mse", "mae", "huber", "log_cosh"])
def test_losses_of_errors_serve_regression(name: str) -> None:
    record = LOSSES[name]
    params = default_choice(record).arguments
    t = np.array([[0.0], [1.0], [-3.0]], np.float32)
    y = np.array([[0.0], [1.5], [1000.0]], np.float32)
    ours = np.asarray(record.keras(*params)(keras.ops.array(t), keras.ops.array(y)))
    closed = {
        "mse": [0, 0.25, 1003.0**2],
        "mae": [0, 0.5, 1003],
        "huber": [0, 0.125, 1002.5],
        "log_cosh": [0, log(np.cosh(0.5)), 1003 - log(2)],
    }[name]
    np.testing.assert_allclose(ours, closed, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(record.value(t, y, *params), closed, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", OUTPUTS)
def test_output_equals_keras_and_stays_finite(name: str) -> None:
    z = np.array([[-1e4, 0, 1e4], [1e4, 1e4, 1e4], [0.1, -0.2, 0.3]])
    ours = OUTPUTS[name].value(z)
    np.testing.assert_allclose(ours, OUTPUTS[name].keras(keras.ops.array(z)), rtol=1e-6, atol=1e-12)
    if name == "softmax":
        np.testing.assert_allclose(ours.sum(axis=-1), 1)
        np.testing.assert_allclose(np.log(ours[2]), log_softmax(z[2]))


@pytest.mark.parametrize(
    ("loss", "task", "output"),
    [
        ("cross_entropy", "classification", "softmax"),
        ("kl_divergence", "classification", "softmax"),
        ("focal(2)", "classification", "softmax"),
        ("binary_cross_entropy", "classification", "sigmoid"),
        ("hinge", "classification", "linear"),
        ("mse", "classification", "softmax"),
        ("mse", "regression", "linear"),
        ("huber(0.5)", "regression", "linear"),
    ],
)
def test_a_loss_chooses_its_output(loss: str, task: str, output: str) -> None:
    assert pairing(loss, None, task) == output
    assert pairing(loss, output, task) == output


def test_mse_takes_a_sigmoid_when_asked() -> None:
    assert pairing("mse", "sigmoid", "classification") == "sigmoid"


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("task", TASKS)
def test_every_pair_is_taken_or_refused_in_a_sentence(loss: str, output: str, task: str) -> None:
    fitting = LOSSES[loss].outputs.get(task, ())
    assert (task in LOSSES[loss].tasks) == bool(fitting)
    if output in fitting:
        assert pairing(loss, output, task) == output
        return
    with pytest.raises(InvalidExperiment) as refused:
        pairing(loss, output, task)
    told = str(refused.value)
    assert loss in told and task in told and told.endswith(".")
    assert refused.value.told(lambda text: text) == told


@pytest.mark.parametrize(
    ("loss", "output", "task", "told"),
    [
        (
            "cross_entropy",
            None,
            "regression",
            "The loss cross_entropy does not fit a task of regression; valid are mse, mae, huber,"
            " log_cosh.",
        ),
        (
            "cross_entropy",
            "sigmoid",
            "classification",
            "The loss cross_entropy with the output sigmoid makes no sense for classification: it"
            " needs probabilities that add up to 1, from softmax.",
        ),
        ("hinge", "softmax", "classification", "it needs margins of either sign, from linear."),
        ("mse", "softmax", "regression", "only linear can be any number."),
        ("mean", None, "regression", "Unknown loss 'mean'; valid are cross_entropy,"),
        ("mse", "tanh", "classification", "Unknown output 'tanh'; valid are softmax,"),
    ],
)
def test_a_refusal_gives_the_reason(loss: str, output: str | None, task: str, told: str) -> None:
    with pytest.raises(InvalidExperiment) as refused:
        pairing(loss, output, task)
    assert told in str(refused.value)
