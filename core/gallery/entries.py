"""The entries of the gallery, in the order of the landing page; the first is shown there whole.

Every sentence on what happens is held against the shipped runs by tests/gallery/test_claims.py.
"""

from collections.abc import Mapping
from types import MappingProxyType

from core.gallery.entry import Entry
from core.language import N_

_ENTRIES = (
    Entry(
        "mnist-activations",
        N_("Which activation learns MNIST fastest?"),
        right=N_("ReLU and its smooth relatives reach 97 % in few epochs, and so does tanh."),
        wrong=N_("Sigmoid gets there too, but needs the most epochs and ends below ReLU."),
        why=N_(
            "The sigmoid's slope is at most 0.25: before training, less of the signal comes back "
            "through it than through any other."
        ),
        look=N_("Compare the epochs to the target, and the backpropagated signal in layer 1."),
        baseline="relu",
        target=0.97,
        statistics=("mean", "std", "delta_rms", "saturated_fraction"),
    ),
    Entry(
        "two-spirals",
        N_("Who untangles the two spirals?"),
        right=N_("ReLU and SiLU untangle the arms within 60 epochs; tanh takes longer."),
        wrong=N_("Without an activation, three layers do little better than a guess."),
        why=N_(
            "Linear layers in a row are one linear layer: a straight cut. Sigmoid can bend the "
            "cut, but before training its small slopes leave the first layers almost without a "
            "signal."
        ),
        look=N_("Watch the flat stretch of tanh and sigmoid before their curves rise."),
        baseline="relu",
        target=0.95,
    ),
    Entry(
        "vanishing-depth",
        N_("Does the gradient vanish with depth?"),
        right=N_("With ReLU, ten layers learn, too, if some two points less well than two."),
        wrong=N_("With sigmoid, five layers learn late, and ten hardly learn at all."),
        why=N_(
            "Going back, each sigmoid layer multiplies the signal by a slope of at most 0.25. "
            "Before training, less than a thousandth of it arrives at the first of ten layers."
        ),
        look=N_("Set the epoch of the layers to 0, and read the backpropagated signal."),
        baseline="32-32 · relu",
        target=0.9,
    ),
    Entry(
        "dying-relu",
        N_("When does ReLU die?"),
        right=N_("At small learning rates, ReLU and Leaky ReLU learn alike."),
        wrong=N_("At 0.1, most ReLU units of the second and third layer are dead at the end."),
        why=N_(
            "A large step can make a unit negative for every sample. Its slope is then 0, and "
            "no gradient ever brings it back. Leaky ReLU keeps a slope of 0.01."
        ),
        look=N_(
            "Compare the share of zeros of ReLU by learning rate; the page Layers has the share "
            "of dead units."
        ),
        baseline="relu · lr 0.001",
        target=0.95,
    ),
    Entry(
        "learning-rates",
        N_("Which learning rate is too small, right, too large?"),
        right=N_("0.1 is at 95 % after a few epochs; 0.01 needs several times as many."),
        wrong=N_("0.0001 hardly moves; at 1 every run diverges or falls back; at 10 all diverge."),
        why=N_(
            "A step follows the slope of the loss where it starts. Too short, it takes for ever; "
            "too long, it lands where that slope no longer holds, higher up."
        ),
        look=N_("Look at 1: it starts almost as well as 0.1, and falls."),
        baseline="lr 0.1",
        target=0.95,
    ),
    Entry(
        "outliers",
        N_("What do outliers do to a loss?"),
        right=N_("Absolute error, Huber and log-cosh find the sine among 15 % of outliers."),
        wrong=N_(
            "Squared error fits it worse than they do, not clearly better than a constant would."
        ),
        why=N_(
            "The gradient of the squared error grows with the residual, so that a few points far "
            "away, all on one side, pull as hard as many near. The others' gradient is bounded."
        ),
        look=N_("R² is 1 for a perfect fit, 0 for the mean, and negative for worse."),
        baseline="mse",
        target=0.5,
    ),
    Entry(
        "classification-losses",
        N_("Which loss teaches a classifier best?"),
        right=N_(
            "Hinge ends a little above cross-entropy, focal loss and squared error level with it; "
            "all five are at 96 % or more."
        ),
        wrong=N_("Absolute error needs the most epochs to 97 % and ends below cross-entropy."),
        why=N_(
            "With softmax, the gradient of cross-entropy is p − t. Squared and absolute error "
            "multiply it by the slope of the softmax, which is small where it errs with certainty."
        ),
        look=N_("Compare accuracies: the values of different losses have different units."),
        baseline="cross_entropy",
        target=0.97,
    ),
    Entry(
        "initial-weights",
        N_("How large should the first weights be?"),
        right=N_("He, Glorot and a standard deviation of 0.1 let five layers learn."),
        wrong=N_("At 0.01 and at zero nothing is learned; at 1 the network learns badly."),
        why=N_(
            "Each layer multiplies the spread of its inputs by the same factor: far below 1 the "
            "signal is gone after five layers, far above 1 it explodes. He's scale makes it 1 for "
            "ReLU."
        ),
        look=N_("Set the epoch of the layers to 0, and read the spread from layer 1 to 5."),
        baseline="he_normal",
        target=0.95,
    ),
    Entry(
        "zero-centred",
        N_("Must an activation be centred at zero?"),
        right=N_("The activations of tanh have a mean near 0, and it learns quickly."),
        wrong=N_("Those of the sigmoid have a mean near 0.5, and it is the last by far."),
        why=N_(
            "Inputs of one sign tie the gradients of a unit's weights together: tanh and ELU are "
            "there first. But the means of ReLU are not 0 either, and it ends level with tanh: the "
            "mean alone does not make the sigmoid the last."
        ),
        look=N_("Compare the mean activation of ReLU and of sigmoid with their curves."),
        baseline="tanh",
        target=0.95,
    ),
)

ENTRIES: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
