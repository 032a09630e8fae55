"""Documents into labels: without training, from a few examples, or by a fine-tuned 4-bit model."""

from foyerdoc.classification.classifier import Classifier, describe

__all__ = ["Classifier", "describe"]
