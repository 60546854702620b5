"""Training: Keras models from configs, the stack, the compiled epoch, the probes.

Modules that plan and estimate (plan, cost, draws, snapshots) know no TensorFlow, so that the
web process may use them; it is imported by the others alone.
"""
