"""Quality, calibration and speed of trained classifiers.

runs.py          which documents are learnt from and which are tested, for every data set, fold, seed and size
predictions.py   what a system said of the tested documents: one file a run
baselines.py     TF-IDF + LinearSVC, into such files
few_shot.py      the embedder's vectors with a linear head, frozen or tuned on pairs, into such files
trained.py       fine-tuned classifiers, into such files
tables.py        such files into the tables and figures of docs/benchmarks.md
speed.py         documents a second and memory, beside a plain loop

collected.py quality.py confidence.py figures.py      what the tables are made of
metrics.py reliability.py bootstrap.py                what they are computed with
"""
