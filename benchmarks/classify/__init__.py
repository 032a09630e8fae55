"""Quality, calibration and speed of trained classifiers.

runs.py          which documents are learnt from and which are tested, for every data set, fold, seed and size
predictions.py   what a system said of the tested documents: one file a run
baselines.py     TF-IDF + LinearSVC and few-shot on the embedder, into such files
tables.py        such files into the tables and figures of docs/benchmarks.md
metrics.py calibration.py bootstrap.py figures.py      what the tables are computed with
speed.py         documents a second and memory, beside a plain loop
"""
