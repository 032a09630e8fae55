"""Documents into labels: without training, from a few examples, or by a fine-tuned 4-bit model."""

from foyerdoc.classification.classifier import Classifier
from foyerdoc.classification.zero_shot import describe

__all__ = ["Classifier", "describe"]
