"""make_models.py FOLDER DxLxHxM...: MDRNNs of many sizes (dimension, layers, units, mixtures),
written by Keras 3, Keras 2 and TensorFlow's converter in every form that the field has used. For
each size, SIZE.safetensors holds the weights that are in all of its files, under the names of
doc/formats/models.md."""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import keras_mdn_layer
import numpy as np
import tensorflow as tf
import tf_keras
from safetensors.numpy import save_file

class Keras2Mdn(tf_keras.layers.Layer):
    """The mixture density layer as its Keras 2 releases had it."""

    def __init__(self, dimension, mixtures, **kwargs):
        super().__init__(**kwargs)
        self.mdn_mus = tf_keras.layers.Dense(mixtures * dimension, name="mdn_mus")
        self.mdn_sigmas = tf_keras.layers.Dense(
            mixtures * dimension,
            activation=lambda x: tf_keras.backend.elu(x) + 1 + 1e-7,
            name="mdn_sigmas",
        )
        self.mdn_pi = tf_keras.layers.Dense(mixtures, name="mdn_pi")

    def call(self, x):
        parts = [self.mdn_mus(x), self.mdn_sigmas(x), self.mdn_pi(x)]
        return tf_keras.layers.concatenate(parts)

    def get_config(self):
        return super().get_config()


def build(k, mdn, size, inference, steps=7):
    """The network: `k` is keras or tf_keras, `mdn` makes its last layer."""
    dimension, layers, units, mixtures = size
    frames = k.layers.Input((1 if inference else steps, dimension), name="inputs")
    inputs, outputs, x = [frames], [], frames
    for i in range(layers):
        state = None
        if inference:
            state = [k.layers.Input((units,), name=f"state_{n}_{i}") for n in "hc"]
            inputs += state
        x, h, c = k.layers.LSTM(
            units,
            name=f"lstm_{i}",
            return_state=True,
            return_sequences=not inference or i < layers - 1,
        )(x, initial_state=state)
        outputs += [h, c]
    head = mdn(dimension, mixtures, name="mdn_outputs")
    x = (head if inference else k.layers.TimeDistributed(head, name="td_mdn"))(x)
    return k.Model(inputs, [x] + outputs if inference else x, name="an-mdrnn")


def weights_for(size, seed):
    """Random weights in Keras's order, biases included."""
    dimension, layers, units, mixtures = size
    random = np.random.default_rng(seed)
    shapes = {}
    for i in range(layers):
        shapes[f"lstm{i}.kernel"] = (units if i else dimension, 4 * units)
        shapes[f"lstm{i}.recurrent_kernel"] = (units, 4 * units)
        shapes[f"lstm{i}.bias"] = (4 * units,)
    for name, out in (("mus", mixtures * dimension), ("sigmas", mixtures * dimension), ("pi", mixtures)):
        shapes[f"mdn.{name}.kernel"] = (units, out)
        shapes[f"mdn.{name}.bias"] = (out,)
    return {
        name: random.normal(0, 0.4, shape).astype(np.float32) for name, shape in shapes.items()
    }


def to_tflite(model, optimise=None):
    function = tf.function(lambda *inputs: model(list(inputs) if len(inputs) > 1 else inputs[0]))
    concrete = function.get_concrete_function(
        *[tf.TensorSpec([1, *i.shape[1:]], tf.float32, name=i.name.split(":")[0]) for i in model.inputs]
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS,
        tf.lite.OpsSet.SELECT_TF_OPS,
    ]
    if optimise:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if optimise == "float16":
            converter.target_spec.supported_types = [tf.float16]
    return converter.convert()


def make(folder, size):
    weights = weights_for(size, sum(size))
    values = list(weights.values())
    stem = "dim{}-layers{}-units{}-mixtures{}".format(*size)

    def path(ending):
        return folder / (stem + ending)

    save_file(weights, path(".safetensors"))

    for version, k, mdn in (("keras3", keras, keras_mdn_layer.MDN), ("keras2", tf_keras, Keras2Mdn)):
        for inference in (False, True):
            kind = f"-{version}-{'inference' if inference else 'training'}"
            model = build(k, mdn, size, inference)
            if not inference and size[1] < 3:
                # One step of training, so that an optimiser's state lies beside the weights of some.
                model.compile(optimizer=k.optimizers.Adam(), loss="mse")
                total = 2 * size[0] * size[3] + size[3]
                model.fit(np.zeros((2, 7, size[0])), np.zeros((2, 7, total)), verbose=0)
            model.set_weights(values)
            model.save(path(f"{kind}.keras"))
            model.save_weights(path(f"{kind}.weights.h5"))
            model.save(path(f"{kind}-whole.h5"))
            if version == "keras2":
                model.save_weights(path(f"{kind}-legacy.h5"), save_format="h5")
            for name, optimise in (("", None), ("-int8", "int8"), ("-float16", "float16")):
                if inference or not optimise:
                    path(f"{kind}{name}.tflite").write_bytes(to_tflite(model, optimise))
            k.backend.clear_session()


if __name__ == "__main__":
    into = Path(sys.argv[1])
    into.mkdir(parents=True, exist_ok=True)
    for wanted in sys.argv[2:]:
        make(into, tuple(map(int, wanted.split("x"))))
